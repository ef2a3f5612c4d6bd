//! `POST /api/uploads` returns a URL to which the browser uploads a file.
//!
//! The URL accepts only a file of the requested size and type. With the first and last bytes of the file, its type is
//! decided before it is uploaded.

use std::collections::BTreeMap;
use std::time::Duration;

use data_encoding::BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::bucket::MediaBucket;
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::ids::UploadId;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::media::file_name::sanitize_file_name;
use shared::media::file_type::{Claim, FileSample};
use shared::media::limits::MediaLimits;
use shared::outbox::add;
use shared::store::Upload;
use utoipa::ToSchema;

use super::accepted_type::{accepted_type, media_limits};
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
    /// The first bytes of the file in base64, at most 16 KB. With them, a file that the channel does not accept is
    /// rejected before the upload, and the type is decided from the content.
    #[serde(default)]
    first_bytes: Option<String>,
    /// The last bytes of the file in base64, at most 24 KB, if it is longer than `first_bytes`.
    #[serde(default)]
    last_bytes: Option<String>,
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
    if requested.size == 0 {
        return Err(Error::Unprocessable(localized::file::empty()));
    }
    let content_type = content_type(&conversation, &limits, &requested)?;
    let max_size = limits.max_size(&content_type);
    if requested.size > max_size {
        return Err(Error::Unprocessable(localized::file::too_large(max_size)));
    }
    let now = app.clock.now();
    let upload = Upload {
        id: UploadId::generate(&*app.ids, now),
        user: caller.username.clone(),
        conversation: conversation.id,
        name: sanitize_file_name(&requested.name),
        content_type,
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

/// Returns the content type of the file: detected from its bytes, or the declared one if no bytes are sent.
fn content_type(
    conversation: &Conversation,
    limits: &MediaLimits,
    requested: &CreateUpload,
) -> Result<String> {
    let declared = &requested.content_type;
    let is_printable =
        declared.len() <= 100 && declared.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    let Some(first_bytes) = decode(requested.first_bytes.as_deref())? else {
        return if is_printable && limits.allows(declared) {
            Ok(declared.clone())
        } else {
            Err(Error::Unprocessable(localized::file::type_refused()))
        };
    };
    let last_bytes = decode(requested.last_bytes.as_deref())?.unwrap_or_default();
    let sample = FileSample::new(&first_bytes, &last_bytes, requested.size);
    let claim = Claim { content_type: Some(declared), name: Some(&requested.name) };
    accepted_type(conversation, &sample, &claim).map(str::to_owned)
}

fn decode(base64: Option<&str>) -> Result<Option<Vec<u8>>> {
    let decode = |text: &str| {
        let bytes = BASE64.decode(text.as_bytes());
        bytes.map_err(|_| Error::BadRequest(localized::request::not_base64()))
    };
    base64.map(decode).transpose()
}
