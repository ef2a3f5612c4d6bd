//! `GET /api/conversations/{id}/media` returns a page of the attachments, the newest first.

use jiff::Timestamp;
use serde::Serialize;
use shared::config::{InstallKey, Parameter};
use shared::cursor;
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::media::{MediaError, MediaKind, MediaState, MediaView};
use shared::message::Message;
use shared::store::MessageRange;
use utoipa::ToSchema;

use crate::app::{Build, Cx, Needs, authenticated};
use crate::paging::message_position;
use crate::scope::visible_conversation;

/// The maximum number of messages that a request reads.
const MAX_MESSAGES_READ: usize = 200;

/// An attachment and its message.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaItem {
    /// The ID of the message.
    message_id: String,
    /// When the message was created.
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    /// The position in the message, starting at 0.
    index: usize,
    /// Whether the file is pending, stored or failed.
    state: MediaState,
    /// The kind of file, which decides how the page shows it.
    kind: MediaKind,
    /// The media type, detected from the content once the file is stored.
    content_type: String,
    /// The file name, if known.
    name: Option<String>,
    /// The size in bytes, if known.
    size: Option<u64>,
    /// Why the file could not be fetched.
    error: Option<MediaError>,
}

/// A page of a conversation's attachments.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaList {
    /// The attachments, the newest first. A page can be empty and still have a cursor.
    media: Vec<MediaItem>,
    /// The cursor of the next page; null at the end.
    cursor: Option<String>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(
        setup,
        Needs::parameters(&[Parameter::Install]),
        |app| app.parameters.install_key(),
        handle,
    )
}

#[utoipa::path(
    get, path = "/api/conversations/{id}/media", operation_id = "list-media",
    params(("id" = String, Path), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = MediaList)),
)]
pub(crate) async fn handle(
    Cx { app, state: key, caller }: Cx<InstallKey, Caller>,
    request: Request,
) -> Result<Response> {
    request.reject_unknown_query(&["cursor"])?;
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    let scope = format!("media\n{}", conversation.id);
    let range = match request.query_param("cursor") {
        Some(text) => {
            let position = cursor::decode(&key, &scope, text)?;
            MessageRange::Before(message_position(&position)?)
        }
        None => MessageRange::Newest,
    };
    let messages = app.store.list_messages(
        &conversation.id,
        conversation.deleted_through,
        range,
        MAX_MESSAGES_READ,
    );
    let page = messages.await?;
    let oldest = page.messages.first().filter(|_| page.more).map(|message| message.id);
    Response::json(
        200,
        &MediaList {
            media: page.messages.iter().rev().flat_map(media_items).collect(),
            cursor: oldest.map(|id| cursor::encode(&key, &scope, &id.to_string())),
        },
    )
}

fn media_items(message: &Message) -> impl Iterator<Item = MediaItem> {
    message.media.iter().enumerate().map(|(index, media)| {
        let MediaView { index, state, kind, content_type, name, size, error } = media.view(index);
        let (message_id, date_created) = (message.id.to_string(), message.created_at());
        MediaItem { message_id, date_created, index, state, kind, content_type, name, size, error }
    })
}
