//! What comes with messages: fetched from Twilio, shown, tried again, listed.

pub mod fetch;
pub mod get;
pub mod list;
pub mod retry;

use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::files::{Files, FilesOptions};
use shared::lambda::Request;
use shared::media::Media;
use shared::message::Message;
use shared::sentences;

use crate::app::App;
use crate::messages::message_of;

/// The bucket, by the function's environment.
pub(crate) fn bucket(app: &App) -> Result<Files> {
    let bucket = app.variable("MEDIA");
    Files::new(FilesOptions {
        bucket: bucket.ok_or_else(|| Error::configuration("MEDIA", "is not set"))?,
        endpoint: app.variable("AWS_ENDPOINT_URL_S3"),
        region: app.access.region.clone(),
        access_key: app.access.access_key.clone(),
        secret_key: app.access.secret_key.clone(),
        session_token: app.access.session_token.clone(),
        clock: app.clock.clone(),
        faults: app.faults.clone(),
    })
}

/// The media that a request's path names: its message, its place there, and itself.
async fn media_of(
    app: &App,
    conversation: &Conversation,
    request: &Request,
) -> Result<(Message, usize, Media)> {
    let message = message_of(app, conversation, request.path("message")).await?;
    let index = request.path("index").parse().ok();
    let found = index.and_then(|index: usize| Some((index, message.media.get(index)?.clone())));
    let (index, media) = found.ok_or_else(|| Error::NotFound(sentences::file::missing()))?;
    Ok((message, index, media))
}
