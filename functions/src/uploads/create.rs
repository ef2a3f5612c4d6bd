//! `POST /api/uploads` returns a URL to which the browser uploads a file.
//!
//! The URL accepts only a file of the requested size and type.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::bucket::MediaBucket;
use shared::error::{Error, Result};
use shared::ids::UploadId;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::media::file_type::sanitize_file_name;
use shared::outbox::add;
use shared::store::Upload;
use utoipa::ToSchema;

use super::limits::media_limits;
use crate::app::{App, Build, Cx, Needs, Variable, authenticated};
use crate::scope::visible_conversation;

/// The lifetime of an upload URL: enough for 16 MB over a slow connection.
const UPLOAD_URL_TTL: Duration = Duration::from_mins(15);

/// The file to upload.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUpload {
    /// The ID of the conversation to which the file will be sent.
    conversation_id: String,
    /// The file name.
    name: String,
    /// The media type.
    content_type: String,
    /// The size in bytes.
    size: u64,
}

/// The URL to which the browser uploads a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadTarget {
    /// The ID to pass to `send-message`.
    upload_id: String,
    /// The path for the PUT request, relative to this origin.
    url: String,
    /// The headers that the PUT request must have.
    headers: BTreeMap<&'static str, String>,
    /// When the URL expires.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::NONE.variables(&[Variable::MediaBucket]), App::bucket, handle)
}

#[utoipa::path(
    post, path = "/api/uploads", operation_id = "create-upload", request_body = CreateUpload,
    responses((status = 201, body = UploadTarget)),
)]
pub(crate) async fn handle(
    Cx { app, state: bucket, caller }: Cx<MediaBucket, Caller>,
    request: Request,
) -> Result<Response> {
    let requested: CreateUpload = request.json()?;
    let conversation = visible_conversation(&app, &caller, &requested.conversation_id).await?;
    let limits = media_limits(&conversation).ok_or_else(Error::conversation_not_found)?;
    let valid_content_type = requested.content_type.len() <= 100
        && requested.content_type.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if !valid_content_type || !limits.allows(&requested.content_type) {
        return Err(Error::Unprocessable(localized::file::type_refused()));
    }
    if requested.size == 0 {
        return Err(Error::Unprocessable(localized::file::empty()));
    }
    let max_size = limits.max_size(&requested.content_type);
    if requested.size > max_size {
        return Err(Error::Unprocessable(localized::file::too_large(max_size)));
    }
    let now = app.clock.now();
    let upload = Upload {
        id: UploadId::generate(&*app.ids, now),
        user: caller.username.clone(),
        conversation: conversation.id,
        name: sanitize_file_name(&requested.name),
        content_type: requested.content_type,
        size: requested.size,
        expires_at: 0,
    };
    app.store.put_upload(upload.clone()).await?;
    let target = UploadTarget {
        upload_id: upload.id.to_string(),
        url: bucket.presign_put_path(
            &Upload::object_key(upload.id),
            &upload.content_type,
            upload.size,
            UPLOAD_URL_TTL,
        ),
        headers: BTreeMap::from([("content-type", upload.content_type)]),
        expires_at: add(now, UPLOAD_URL_TTL),
    };
    Response::json(201, &target)
}
