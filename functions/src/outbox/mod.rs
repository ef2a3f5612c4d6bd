//! Executes outbox entries: sends, look-ups, redactions, and jobs handed off to other functions.

pub(crate) mod context;
mod hand_off;
mod look_up_media;
mod look_up_message;
mod redact;
mod send;

use jiff::Timestamp;
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::outbox::{DispatchTask, OutboxEntry, OutboxState, Owner};

use self::context::DispatchContext;
use self::hand_off::hand_off;
use self::look_up_media::look_up_media;
use self::look_up_message::{complete_from_callback, look_up_message};
use self::redact::redact_at_twilio;
use self::send::send_claimed;
use crate::app::App;

/// Claims a job that is ready or whose lease has expired, and runs it or hands it off.
pub(crate) async fn run_job(
    app: &App,
    context: &DispatchContext,
    entry: &OutboxEntry,
) -> Result<()> {
    let Some(job) = app.store.get_outbox_entry(entry).await? else { return Ok(()) };
    let lease_expired = job.state == OutboxState::Claimed && !job.is_leased(app.clock.now());
    if job.state != OutboxState::Ready && !lease_expired {
        return Ok(());
    }
    let Some(job) = app.store.claim(&job).await? else { return Ok(()) };
    match job.kind.plan().owner {
        Owner::Function(function) => hand_off(app, &context.job_invoker, function, &job).await,
        Owner::Dispatch(DispatchTask::LookUpMessage) => look_up_message(app, context, &job).await,
        Owner::Dispatch(DispatchTask::LookUpMedia) => look_up_media(app, context, &job).await,
        Owner::Dispatch(DispatchTask::RedactMessage) => redact_at_twilio(app, context, &job).await,
        Owner::Dispatch(DispatchTask::SendMessage) => {
            tracing::error!(outbox_entry.id = %job.id, kind = ?job.kind, "Unsupported job kind");
            Ok(())
        }
    }
}

/// Processes a conversation queue in order until its head cannot be claimed or the queue is empty.
pub(crate) async fn drain_queue(
    app: &App,
    context: &DispatchContext,
    conversation_id: &ConversationId,
    stop_at: Timestamp,
) -> Result<()> {
    loop {
        let queue = app.store.list_queue(conversation_id).await?;
        // An unknown send does not block the queue.
        let Some(head) = queue.iter().find(|entry| entry.state != OutboxState::Unknown) else {
            return Ok(());
        };
        let now = app.clock.now();
        let claimable = match head.state {
            OutboxState::Ready => true,
            OutboxState::Claimed if head.is_leased(now) => false,
            OutboxState::Claimed => {
                expire_lease(app, head).await?;
                continue;
            }
            OutboxState::Deferred | OutboxState::Unknown => false,
        };
        if !claimable {
            return Ok(());
        }
        if now >= stop_at {
            // Writes a record for the next run.
            app.store.requeue(head).await?;
            return Ok(());
        }
        // If another run won the claim, read the queue again.
        if let Some(claimed) = app.store.claim(head).await? {
            send_claimed(app, context, &claimed).await?;
        }
    }
}

/// Completes a send whose lease has expired if its message has a SID; otherwise marks it unknown.
async fn expire_lease(app: &App, entry: &OutboxEntry) -> Result<()> {
    if complete_from_callback(app, entry, None).await? {
        return Ok(());
    }
    app.store.mark_unknown(entry).await.map(|_| ())
}
