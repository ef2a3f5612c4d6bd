//! `dispatch`: does at Twilio what intents say, lane by lane, the oldest first, whichever record woke it. The only
//! function that changes anything at Twilio. What fails there is settled in the table and never fails the batch;
//! only the table failing does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::Value;
use shared::config::Parameter;
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::lambda::stream::{StreamEvent, batch_item_failures};
use shared::lambda::{InvocationContext, Setup};
use shared::outbox::{OutboxEntry, OutboxKind, OutboxState};
use shared::store::from_stream_image;

use super::hand_off;
use super::look_up_media;
use super::look_up_message;
use super::redact;
use super::send::{self, DispatchContext};
use crate::app::{App, Build, background};

/// How many conversations run side by side.
const CONCURRENCY: usize = 8;

/// A run claims nothing more this long before its end.
const STOP_BEFORE_DEADLINE: Duration = Duration::from_secs(20);

const PARAMETERS: &[Parameter] = &[Parameter::Twilio, Parameter::Urls, Parameter::Senders];

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    background(setup, PARAMETERS, DispatchContext::from_app, handle)
}

/// What one conversation's records of a batch ask for.
#[derive(Default)]
struct ConversationBatch {
    has_queue_entries: bool,
    jobs: Vec<OutboxEntry>,
    sequence_numbers: Vec<String>,
}

async fn handle(
    app: Arc<App>,
    context: Arc<DispatchContext>,
    event: Value,
    invocation: InvocationContext,
) -> Result<Value> {
    let stop_at =
        invocation.deadline.checked_sub(STOP_BEFORE_DEADLINE).unwrap_or(invocation.deadline);
    let mut failed_records = Vec::new();
    let mut batches: BTreeMap<ConversationId, ConversationBatch> = BTreeMap::new();
    for record in StreamEvent::from_event(event)?.records {
        let sequence_number = record.dynamodb.sequence_number;
        let Some(image) = record.dynamodb.new_image else { continue };
        let entry: OutboxEntry = match from_stream_image(&image) {
            Ok(entry) => entry,
            Err(error) => {
                let cause = error.cause_chain();
                tracing::error!(
                    record.sequence_number = sequence_number,
                    error = cause,
                    "Invalid outbox entry"
                );
                failed_records.push(sequence_number);
                continue;
            }
        };
        let batch = batches.entry(entry.conversation_id.clone()).or_default();
        batch.sequence_numbers.push(sequence_number);
        match entry.kind {
            OutboxKind::SendMessage => batch.has_queue_entries = true,
            OutboxKind::LookUpMessage
            | OutboxKind::LookUpMedia
            | OutboxKind::FetchMedia
            | OutboxKind::EraseConversation
            | OutboxKind::RedactMessage => batch.jobs.push(entry),
        }
    }
    let runs = futures_util::stream::iter(batches).map(|(conversation_id, batch)| {
        let (app, context) = (&app, &context);
        async move {
            let outcome = process_conversation(app, context, &conversation_id, &batch, stop_at).await;
            outcome.map_err(|error| {
                let cause = error.cause_chain();
                tracing::error!(conversation.id = %conversation_id, error = cause, "Queue processing failed");
                batch.sequence_numbers
            })
        }
    });
    let outcomes: Vec<_> = runs.buffer_unordered(CONCURRENCY).collect().await;
    failed_records.extend(outcomes.into_iter().filter_map(std::result::Result::err).flatten());
    Ok(batch_item_failures(&failed_records))
}

async fn process_conversation(
    app: &App,
    context: &DispatchContext,
    conversation_id: &ConversationId,
    batch: &ConversationBatch,
    stop_at: Timestamp,
) -> Result<()> {
    for job in &batch.jobs {
        if app.clock.now() < stop_at {
            run_job(app, context, job).await?;
        } else {
            // A record for the next run.
            app.store.requeue(job).await?;
        }
    }
    if batch.has_queue_entries {
        drain_queue(app, context, conversation_id, stop_at).await
    } else {
        Ok(())
    }
}

/// Claims a job beside the lane, if it is still to be done, and does what it says or hands it to who does.
async fn run_job(app: &App, context: &DispatchContext, entry: &OutboxEntry) -> Result<()> {
    let Some(job) = app.store.get_outbox_entry(entry).await? else { return Ok(()) };
    let lease_expired = job.state == OutboxState::Claimed && !job.is_leased(app.clock.now());
    if job.state != OutboxState::Ready && !lease_expired {
        return Ok(());
    }
    let Some(job) = app.store.claim(&job).await? else { return Ok(()) };
    match job.kind {
        OutboxKind::LookUpMessage => look_up_message::look_up_message(app, context, &job).await,
        OutboxKind::LookUpMedia => look_up_media::look_up_media(app, context, &job).await,
        OutboxKind::RedactMessage => redact::redact_at_twilio(app, context, &job).await,
        OutboxKind::FetchMedia | OutboxKind::EraseConversation => {
            hand_off::hand_off(app, &context.job_invoker, &job).await
        }
        OutboxKind::SendMessage => {
            let (id, kind) = (job.id, job.kind);
            tracing::error!(outbox_entry.id = %id, ?kind, "Unsupported job kind");
            Ok(())
        }
    }
}

/// Runs a lane until a read of it shows nothing to do.
async fn drain_queue(
    app: &App,
    context: &DispatchContext,
    conversation_id: &ConversationId,
    stop_at: Timestamp,
) -> Result<()> {
    loop {
        let queue = app.store.list_queue(conversation_id).await?;
        // Unknown ones let the lane go on.
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
            // A record for the next run.
            app.store.requeue(head).await?;
            return Ok(());
        }
        // A lost claim: read again, somebody else is at it.
        if let Some(claimed) = app.store.claim(head).await? {
            send::send_claimed(app, context, &claimed).await?;
        }
    }
}

/// A once-intent whose lease is over: a SID at the message settles it, otherwise nobody knows.
async fn expire_lease(app: &App, entry: &OutboxEntry) -> Result<()> {
    if look_up_message::complete_from_callback(app, entry, None).await? {
        return Ok(());
    }
    app.store.mark_unknown(entry).await.map(|_| ())
}
