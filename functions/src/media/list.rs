//! `GET /api/conversations/{id}/media`: everything that came with a conversation's messages, the newest first.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use shared::config::{InstallKey, Parameter};
use shared::cursor;
use shared::error::{Error, Result};
use shared::ids::Ulid;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::media::{MediaKind, MediaProblem, MediaState, MediaView};
use shared::message::Message;
use shared::store::Window;
use utoipa::ToSchema;

use crate::app::{App, Build, people};
use crate::conversations::seen_by;

/// How many messages one request looks through.
const LOOKED_THROUGH: usize = 200;

/// An attachment, and where it came from.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedMedia {
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
    problem: Option<MediaProblem>,
}

/// A part of what was attached.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaList {
    /// The newest first. May be empty although older ones follow.
    media: Vec<ListedMedia>,
    /// Where older ones begin; null at the end.
    next: Option<String>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[Parameter::Install], |app| app.parameters.install_key(), handle)
}

#[utoipa::path(
    get, path = "/api/conversations/{id}/media", operation_id = "list-media",
    params(("id" = String, Path), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = MediaList)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    key: Arc<InstallKey>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    request.only_query(&["cursor"])?;
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    let scope = format!("media\n{}", conversation.id);
    let window = match request.query("cursor") {
        Some(cursor) => {
            let position = cursor::decode(&key, &scope, cursor)?;
            Window::Before(Ulid::from_string(&position).map_err(Error::failed)?)
        }
        None => Window::Newest,
    };
    let messages =
        app.store.messages(&conversation.id, conversation.cleared, window, LOOKED_THROUGH);
    let page = messages.await?;
    let oldest = page.messages.first().filter(|_| page.more).map(|message| message.id);
    Response::json(
        200,
        &MediaList {
            media: page.messages.iter().rev().flat_map(attached).collect(),
            next: oldest.map(|id| cursor::encode(&key, &scope, &id.to_string())),
        },
    )
}

fn attached(message: &Message) -> impl Iterator<Item = ListedMedia> {
    message.media.iter().enumerate().map(|(index, media)| {
        let MediaView { index, state, kind, content_type, name, size, problem } = media.view(index);
        let (message_id, date_created) = (message.id.to_string(), message.created());
        ListedMedia {
            message_id,
            date_created,
            index,
            state,
            kind,
            content_type,
            name,
            size,
            problem,
        }
    })
}
