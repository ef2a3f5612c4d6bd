//! A message emptied here: its files are deleted, and it is emptied at Twilio too.

use shared::error::Result;
use shared::intent::{Intent, deferral, later};
use shared::twilio::client::ClientError;

use super::sending::Line;
use crate::app::App;

/// Twilio's code for a message or a page that is not there.
const NOT_FOUND: u32 = 20404;

/// After so many tries it is left as it is, with a word in the log: about an hour.
const MOST_TRIES: u32 = 15;

/// Does what a claimed redaction says.
pub(super) async fn run(app: &App, twilio: &Line, job: &Intent) -> Result<()> {
    for object in &job.objects {
        if let Err(error) = twilio.files.delete(object).await {
            let cause = error.causes();
            tracing::warn!(message.id = %job.target, cause, "A file is still to be deleted");
            let due_at = later(app.clock.now(), deferral(job.attempts, None));
            return app.store.defer(job, due_at).await.map(|_| ());
        }
    }
    let message = app.store.message(&job.conversation, job.target).await?;
    let Some(sid) = message.and_then(|message| message.sid) else {
        return app.store.drop_job(job).await;
    };
    let emptied = match twilio.client.redact_message(&sid).await {
        Ok(()) => twilio.client.delete_media(&sid).await,
        other => other,
    };
    let wait = match emptied {
        Ok(()) | Err(ClientError::Refused { code: NOT_FOUND | 404, .. }) => {
            return app.store.drop_job(job).await;
        }
        Err(ClientError::NotProcessed { retry_after }) => deferral(job.attempts, retry_after),
        // A message on its way cannot be emptied yet; and the wish may be repeated.
        Err(error) if job.attempts < MOST_TRIES => {
            tracing::warn!(message.id = %job.target, %error, "A redaction waits");
            deferral(job.attempts, None)
        }
        Err(error) => {
            tracing::error!(message.id = %job.target, %error, "Twilio keeps what was to go");
            return app.store.drop_job(job).await;
        }
    };
    app.store.defer(job, later(app.clock.now(), wait)).await.map(|_| ())
}
