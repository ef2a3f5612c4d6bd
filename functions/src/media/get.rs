//! `GET /api/conversations/{id}/messages/{message}/media/{index}`: where an attachment is read, for a few minutes.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use shared::error::{Error, Result};
use shared::files::Files;
use shared::intent::later;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::media::MediaState;
use shared::media_type::disposition;
use shared::sentences;
use utoipa::ToSchema;

use super::{bucket, media_of};
use crate::app::{App, Build, people};
use crate::conversations::seen_by;

/// How long an address is good: long enough to look at a film, too short to be passed on.
const LIFE: Duration = Duration::from_mins(15);

/// Where an attachment is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaLink {
    /// A path of this origin.
    url: String,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Its type, decided from its bytes.
    content_type: String,
    /// The file's name, if it has one.
    name: Option<String>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], bucket, handle)
}

#[utoipa::path(
    get, path = "/api/conversations/{id}/messages/{message}/media/{index}", operation_id = "get-media",
    params(("id" = String, Path), ("message" = String, Path), ("index" = usize, Path)),
    responses((status = 200, body = MediaLink)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    files: Arc<Files>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    let (_, _, media) = media_of(&app, &conversation, &request).await?;
    let stored = media.object.filter(|_| media.state == MediaState::Stored);
    let object = stored.ok_or_else(|| Error::conflict(sentences::file::not_here()))?;
    let disposition = disposition(&media.content_type, media.name.as_deref());
    let link = MediaLink {
        url: files.reading(&object, &media.content_type, &disposition, LIFE),
        expires_at: later(app.clock.now(), LIFE),
        content_type: media.content_type,
        name: media.name,
    };
    Response::json(200, &link)
}
