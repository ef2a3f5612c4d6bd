//! Looks up media at Twilio that an event counted but no webhook listed.

use shared::attempts::Attempts;
use shared::error::Result;
use shared::media::{Media, MediaError};
use shared::message::Message;
use shared::outbox::{OutboxEntry, add, backoff};
use shared::twilio::error::ClientError;
use shared::twilio::webhook::TwilioMedia;

use super::context::DispatchContext;
use crate::app::App;

/// The number of attempts before the media are marked failed.
const MAX_ATTEMPTS: u32 = 3;

/// The number of reads of a message that changes during the look-up.
const MAX_READS: u32 = 8;

/// Runs a claimed media look-up job.
pub(super) async fn look_up_media(
    app: &App,
    context: &DispatchContext,
    job: &OutboxEntry,
) -> Result<()> {
    let (conversation, message_id) = job.message()?;
    let mut reads = Attempts::new(MAX_READS);
    loop {
        reads.begin()?;
        let message = app.store.get_message(conversation, message_id).await?;
        // The message was redacted or deleted, or its webhook has arrived.
        let Some(message) = message.filter(Message::has_unresolved_media) else {
            return app.store.delete_job(job).await;
        };
        let Some(sid) = &message.sid else { return app.store.delete_job(job).await };
        let media = match context.twilio.list_media(sid).await {
            Ok(listed_media) if !listed_media.is_empty() => {
                listed_media.iter().map(pending_media).collect()
            }
            outcome if job.attempts < MAX_ATTEMPTS => {
                let retry_after = match outcome {
                    Err(ClientError::NotProcessed { retry_after }) => retry_after,
                    _ => None,
                };
                let due_at = add(app.clock.now(), backoff(job.attempts, retry_after));
                return app.store.defer(job, due_at).await.map(|_| ());
            }
            Ok(_) | Err(ClientError::Rejected { .. }) => {
                mark_failed(&message, MediaError::NotFound)
            }
            Err(_) => mark_failed(&message, MediaError::Unreachable),
        };
        if app.store.complete_media_look_up(&message, media, job).await? {
            tracing::info!(message.id = %message.id, "Media look-up finished");
            return Ok(());
        }
    }
}

fn pending_media(media: &TwilioMedia) -> Media {
    Media::pending(&media.url, media.content_type.as_deref())
}

/// Returns the message's media, with those that need a look-up marked failed.
fn mark_failed(message: &Message, error: MediaError) -> Vec<Media> {
    let mark = |media: &Media| {
        if media.needs_look_up() { media.clone().into_failed(error) } else { media.clone() }
    };
    message.media.iter().map(mark).collect()
}
