//! Files that an event announced and no webhook has named: asked of Twilio's own list.

use shared::error::{Error, Result};
use shared::intent::{Intent, deferral, later};
use shared::media::{Media, MediaProblem, MediaState};
use shared::message::Message;
use shared::twilio::client::ClientError;
use shared::twilio::webhook::MediaLink;

use super::sending::Line;
use crate::app::App;

/// How often Twilio's list is asked before the files count as missing.
const TRIES: u32 = 3;

/// How often a message that is changed meanwhile is read again.
const READS: usize = 8;

/// Does what a claimed search for media says.
pub(super) async fn run(app: &App, twilio: &Line, job: &Intent) -> Result<()> {
    for _ in 0..READS {
        let message = app.store.message(&job.conversation, job.target).await?;
        // Redacted, deleted, or named by the webhook meanwhile.
        let Some(message) = message.filter(Message::waits_for_addresses) else {
            return app.store.drop_job(job).await;
        };
        let Some(sid) = &message.sid else { return app.store.drop_job(job).await };
        let media = match twilio.client.list_media(sid).await {
            Ok(links) if !links.is_empty() => links.iter().map(waiting).collect(),
            outcome if job.attempts < TRIES => {
                let asked = match outcome {
                    Err(ClientError::NotProcessed { retry_after }) => retry_after,
                    _ => None,
                };
                let due_at = later(app.clock.now(), deferral(job.attempts, asked));
                return app.store.defer(job, due_at).await.map(|_| ());
            }
            Ok(_) | Err(ClientError::Refused { .. }) => missing(&message, MediaProblem::NotFound),
            Err(_) => missing(&message, MediaProblem::Unreachable),
        };
        if app.store.settle_announced(&message, media, job).await? {
            tracing::info!(message.id = %message.id, "Announced media were looked for");
            return Ok(());
        }
    }
    Err(Error::Busy("the message changed at every try".into()))
}

fn waiting(link: &MediaLink) -> Media {
    Media::waiting(&link.url, link.content_type.as_deref())
}

/// The message's media with those that did not come marked so.
fn missing(message: &Message, problem: MediaProblem) -> Vec<Media> {
    let mark = |media: &Media| {
        if media.is_announced() {
            Media { state: MediaState::Failed, problem: Some(problem), ..media.clone() }
        } else {
            media.clone()
        }
    };
    message.media.iter().map(mark).collect()
}
