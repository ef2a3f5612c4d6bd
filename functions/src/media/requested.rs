//! The media item that a request's path names.

use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::lambda::Request;
use shared::localized;
use shared::media::Media;
use shared::message::Message;

use crate::app::App;
use crate::scope::visible_message;

/// Returns the media item that the path names, with its message and its index there.
pub(super) async fn requested_media(
    app: &App,
    conversation: &Conversation,
    request: &Request,
) -> Result<(Message, usize, Media)> {
    let message = visible_message(app, conversation, request.path_param("message")).await?;
    let index = request.path_param("index").parse().ok();
    let indexed_media =
        index.and_then(|index: usize| Some((index, message.media.get(index)?.clone())));
    let (index, media) =
        indexed_media.ok_or_else(|| Error::NotFound(localized::file::missing()))?;
    Ok((message, index, media))
}
