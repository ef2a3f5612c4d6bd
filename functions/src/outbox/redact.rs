//! Deletes the files of a redacted message, and its text and media at Twilio.

use shared::error::Result;
use shared::outbox::{OutboxEntry, add, backoff};
use shared::twilio::error::ClientError;

use super::context::DispatchContext;
use crate::app::App;

/// Twilio's error code for a resource that does not exist.
const NOT_FOUND: u32 = 20404;

/// The number of attempts, over about an hour, after which the failure is logged and the job deleted.
const MAX_ATTEMPTS: u32 = 15;

/// Runs a claimed redaction job.
pub(super) async fn redact_at_twilio(
    app: &App,
    context: &DispatchContext,
    job: &OutboxEntry,
) -> Result<()> {
    let (conversation, message_id) = job.message()?;
    for object_key in &job.object_keys {
        if let Err(error) = context.bucket.delete(object_key).await {
            let cause = error.cause_chain();
            tracing::warn!(message.id = %message_id, error = cause, "File deletion deferred");
            let due_at = add(app.clock.now(), backoff(job.attempts, None));
            return app.store.defer(job, due_at).await.map(|_| ());
        }
    }
    let message = app.store.get_message(conversation, message_id).await?;
    let Some(sid) = message.and_then(|message| message.sid) else {
        return app.store.delete_job(job).await;
    };
    let result = match context.twilio.redact_message(&sid).await {
        Ok(()) => context.twilio.delete_media(&sid).await,
        failed => failed,
    };
    let wait = match result {
        Ok(()) | Err(ClientError::Rejected { code: NOT_FOUND | 404, .. }) => {
            return app.store.delete_job(job).await;
        }
        Err(ClientError::NotProcessed { retry_after }) => backoff(job.attempts, retry_after),
        // Twilio rejects the redaction of a message that it is still sending.
        Err(error) if job.attempts < MAX_ATTEMPTS => {
            tracing::warn!(message.id = %message_id, %error, "Redaction deferred");
            backoff(job.attempts, None)
        }
        Err(error) => {
            tracing::error!(message.id = %message_id, %error, "Redaction at Twilio failed permanently");
            return app.store.delete_job(job).await;
        }
    };
    app.store.defer(job, add(app.clock.now(), wait)).await.map(|_| ())
}
