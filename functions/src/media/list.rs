//! `GET /api/conversations/{id}/media`: everything that came with a conversation's messages, the newest first.

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

/// How many messages one request looks through.
const MAX_MESSAGES_READ: usize = 200;

/// An attachment, and where it came from.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaItem {
    /// Its message.
    message_id: String,
    /// When that was received.
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    /// Its place in the message, from 0.
    index: usize,
    /// Where the bytes are.
    state: MediaState,
    /// How people look at it.
    kind: MediaKind,
    /// Decided from the bytes once they are stored.
    content_type: String,
    /// The file's name, if it has one.
    name: Option<String>,
    /// Bytes.
    size: Option<u64>,
    /// Why it could not be fetched.
    error: Option<MediaError>,
}

/// A part of what was attached.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaList {
    /// The newest first. May be empty although older ones follow.
    media: Vec<MediaItem>,
    /// Where older ones begin; null at the end.
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
