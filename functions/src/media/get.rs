//! `GET /api/conversations/{id}/messages/{message}/media/{index}`: where an attachment is read, for a few minutes.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use shared::bucket::MediaBucket;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::media::file_type::content_disposition;
use shared::outbox::add;
use utoipa::ToSchema;

use super::requested::requested_media;
use crate::app::{App, Build, Cx, Needs, Variable, authenticated};
use crate::scope::visible_conversation;

/// How long an address is good: long enough to look at a film, too short to be passed on.
const DOWNLOAD_URL_TTL: Duration = Duration::from_mins(15);

/// Where an attachment is read.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaDownload {
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
    authenticated(setup, Needs::NONE.variables(&[Variable::MediaBucket]), App::bucket, handle)
}

#[utoipa::path(
    get, path = "/api/conversations/{id}/messages/{message}/media/{index}", operation_id = "get-media",
    params(("id" = String, Path), ("message" = String, Path), ("index" = usize, Path)),
    responses((status = 200, body = MediaDownload)),
)]
pub(crate) async fn handle(
    Cx { app, state: bucket, caller }: Cx<MediaBucket, Caller>,
    request: Request,
) -> Result<Response> {
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    let (_, _, media) = requested_media(&app, &conversation, &request).await?;
    let stored = media.stored().ok_or_else(|| Error::conflict(localized::file::not_here()))?;
    let disposition = content_disposition(&stored.content_type, stored.name.as_deref());
    let download = MediaDownload {
        url: bucket.presign_get_path(
            &stored.object_key,
            &stored.content_type,
            &disposition,
            DOWNLOAD_URL_TTL,
        ),
        expires_at: add(app.clock.now(), DOWNLOAD_URL_TTL),
        content_type: stored.content_type.clone(),
        name: stored.name.clone(),
    };
    Response::json(200, &download)
}
