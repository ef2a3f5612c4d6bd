//! `GET /api/conversations/{id}/messages/{message}/media/{index}` returns a download URL.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use shared::bucket::MediaBucket;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::media::file_name::content_disposition;
use shared::outbox::add;
use utoipa::ToSchema;

use super::requested::requested_media;
use crate::app::{App, Build, Cx, Needs, Variable, authenticated};
use crate::scope::visible_conversation;

/// The lifetime of a download URL: long enough to watch a video, too short for sharing.
const DOWNLOAD_URL_TTL: Duration = Duration::from_mins(15);

/// A temporary download URL of an attachment.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaDownload {
    /// The path to download, relative to this origin.
    url: String,
    /// When the URL expires.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// The media type, detected from the content.
    content_type: String,
    /// The file name, if known.
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
