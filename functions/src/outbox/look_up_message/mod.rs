//! Looks up an unknown send in Twilio's message list, one, five and fifteen minutes after the claim.
//!
//! A send that the list does not contain by then is completed as unconfirmed.

mod candidates;
mod find;

use std::time::Duration;

use shared::error::Result;
use shared::outbox::{OutboxEntry, add};
use shared::store::SendCompletion;

use self::find::{LookUpError, find_in_twilio_list};
use super::context::DispatchContext;
use crate::app::App;

/// The delays of further look-ups, counted from the claim of the send.
const LOOK_UP_DELAYS: [Duration; 2] = [Duration::from_mins(5), Duration::from_mins(15)];

/// The delay before the list is requested again after a failed request.
const LIST_RETRY_DELAY: Duration = Duration::from_mins(5);

/// The time after the claim at which a send is completed as unconfirmed while list requests fail.
const LOOK_UP_DEADLINE: Duration = Duration::from_hours(24);

/// Runs a claimed look-up job.
pub(super) async fn look_up_message(
    app: &App,
    context: &DispatchContext,
    job: &OutboxEntry,
) -> Result<()> {
    let (conversation, message_id) = job.message()?;
    let queue = app.store.list_queue(conversation).await?;
    let Some(unknown) = queue.iter().find(|entry| entry.target == job.target) else {
        return app.store.delete_job(job).await;
    };
    if complete_from_callback(app, unknown, Some(job)).await? {
        return Ok(());
    }
    let Some(message) = app.store.get_message(conversation, message_id).await? else {
        return app
            .store
            .complete_send(unknown, Some(job), &SendCompletion::Discarded)
            .await
            .map(|_| ());
    };
    let result = find_in_twilio_list(app, context, &queue, unknown, &message).await;
    match result {
        Ok(Some(found_message)) => {
            let completion = SendCompletion::Accepted {
                sid: found_message.sid,
                segments: found_message.num_segments,
                price: found_message.price,
            };
            app.store.complete_send(unknown, Some(job), &completion).await?;
        }
        Ok(None) => retry_or_give_up(app, unknown, job).await?,
        Err(LookUpError::Twilio(error)) => {
            tracing::warn!(message.id = %message.id, error, "Twilio message list request failed");
            retry_list_later(app, unknown, job).await?;
        }
        Err(LookUpError::Table(error)) => return Err(error),
    }
    Ok(())
}

/// Completes a send as accepted if a callback has set its message's SID. Returns whether it did.
pub(super) async fn complete_from_callback(
    app: &App,
    entry: &OutboxEntry,
    job: Option<&OutboxEntry>,
) -> Result<bool> {
    let (conversation, message_id) = entry.message()?;
    let message = app.store.get_message(conversation, message_id).await?;
    match message.and_then(|message| message.sid) {
        Some(sid) => {
            let completion = SendCompletion::Accepted { sid, segments: None, price: None };
            app.store.complete_send(entry, job, &completion).await.map(|_| true)
        }
        None => Ok(false),
    }
}

/// Defers the job to the next look-up, or completes the send as unconfirmed after the last one.
async fn retry_or_give_up(app: &App, unknown: &OutboxEntry, job: &OutboxEntry) -> Result<()> {
    let now = app.clock.now();
    let claimed_at = unknown.claimed_at.unwrap_or(now);
    match LOOK_UP_DELAYS.into_iter().map(|delay| add(claimed_at, delay)).find(|due| *due > now) {
        Some(due_at) => app.store.defer(job, due_at).await.map(|_| ()),
        None => app
            .store
            .complete_send(unknown, Some(job), &SendCompletion::Unconfirmed)
            .await
            .map(|_| ()),
    }
}

/// Defers the job after a failed list request, or completes the send as unconfirmed after a day.
async fn retry_list_later(app: &App, unknown: &OutboxEntry, job: &OutboxEntry) -> Result<()> {
    let now = app.clock.now();
    if add(unknown.claimed_at.unwrap_or(now), LOOK_UP_DEADLINE) <= now {
        return app
            .store
            .complete_send(unknown, Some(job), &SendCompletion::Unconfirmed)
            .await
            .map(|_| ());
    }
    app.store.defer(job, add(now, LIST_RETRY_DELAY)).await.map(|_| ())
}
