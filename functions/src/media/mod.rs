//! What comes with messages: fetched from Twilio, shown, tried again, listed.

pub mod fetch;
pub mod get;
pub mod list;
pub mod retry;

use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::lambda::Request;
use shared::media::Media;
use shared::message::Message;

use crate::app::App;
use crate::messages::message_of;

/// The media that a request's path names: its message, its place there, and itself.
async fn media_of(
    app: &App,
    conversation: &Conversation,
    request: &Request,
) -> Result<(Message, usize, Media)> {
    let message = message_of(app, conversation, request.path("message")).await?;
    let index = request.path("index").parse().ok();
    let found = index.and_then(|index: usize| Some((index, message.media.get(index)?.clone())));
    let (index, media) =
        found.ok_or_else(|| Error::NotFound("There is no such attachment.".to_owned()))?;
    Ok((message, index, media))
}
