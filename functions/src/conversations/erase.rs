//! `erase-conversation` erases the messages and files of a deleted conversation.
//!
//! Messages that arrived after the deletion stay.

use std::time::Duration;

use serde_json::{Value, json};
use shared::bucket::MediaBucket;
use shared::error::Result;
use shared::lambda::Setup;
use shared::outbox::OutboxTarget;

use crate::app::{App, Build, Cx, Invocation, Needs, Variable, background};
use crate::job::JobRef;

/// The time before the deadline after which a run erases no further messages.
const STOP_BEFORE_DEADLINE: Duration = Duration::from_secs(5);

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    background(setup, Needs::NONE.variables(&[Variable::MediaBucket]), App::bucket, handle)
}

async fn handle(
    Cx { app, state: bucket, .. }: Cx<MediaBucket>,
    Invocation { event: job_ref, context: invocation }: Invocation<JobRef>,
) -> Result<Value> {
    let mut erased = 0;
    let Some(job) = job_ref.get_claimed_job(&app).await? else {
        return Ok(json!({ "erased": erased }));
    };
    let stop_at =
        invocation.deadline.checked_sub(STOP_BEFORE_DEADLINE).unwrap_or(invocation.deadline);
    let conversation = job.conversation()?;
    if let OutboxTarget::MessagesThrough(deleted_through) = job.target {
        loop {
            let messages = app.store.list_deleted_messages(conversation, deleted_through).await?;
            if messages.is_empty() {
                break;
            }
            // Files first: only the rows of the messages have their keys.
            for media in messages.iter().flat_map(|message| &message.media) {
                if let Some(stored) = media.stored() {
                    bucket.delete(&stored.object_key).await?;
                }
            }
            if !app.store.erase_messages(&messages, stop_at).await? {
                // The sweep requeues the job when the lease has expired.
                return Ok(json!({ "erased": erased, "more": true }));
            }
            erased += messages.len();
        }
    }
    app.store.delete_job(&job).await?;
    tracing::info!(conversation.id = %conversation, erased, "Conversation erased");
    Ok(json!({ "erased": erased }))
}
