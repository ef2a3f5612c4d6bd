//! `POST /api/uploads`: where a browser puts one file that it wants to send, of a size and type that are agreed first.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::error::{Error, Result};
use shared::files::Files;
use shared::intent::later;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::media_type::file_name;
use shared::sentences;
use shared::store::Upload;
use utoipa::ToSchema;

use super::limits;
use crate::app::{App, Build, people};
use crate::conversations::seen_by;
use crate::media::bucket;

/// How long the address is good: sixteen megabytes over a slow line.
const LIFE: Duration = Duration::from_mins(15);

/// A file that is to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUpload {
    /// Where it will be sent.
    conversation_id: String,
    /// The file's name.
    name: String,
    /// Its type.
    content_type: String,
    /// Bytes.
    size: u64,
}

/// Where the browser puts it.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadPlace {
    /// What `send-message` is told.
    upload_id: String,
    /// A path of this origin, for one PUT.
    url: String,
    /// The headers that the PUT must have.
    headers: BTreeMap<&'static str, String>,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], bucket, handle)
}

#[utoipa::path(
    post, path = "/api/uploads", operation_id = "create-upload", request_body = CreateUpload,
    responses((status = 201, body = UploadPlace)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    files: Arc<Files>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let wanted: CreateUpload = request.json()?;
    let conversation = seen_by(&app, &caller, &wanted.conversation_id).await?;
    let limits = limits(&conversation).ok_or_else(Error::no_conversation)?;
    let usable = wanted.content_type.len() <= 100
        && wanted.content_type.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if !usable || !limits.takes(&wanted.content_type) {
        return Err(Error::Refused(sentences::file::type_refused()));
    }
    if wanted.size == 0 {
        return Err(Error::Refused(sentences::file::empty()));
    }
    let largest = limits.largest(&wanted.content_type);
    if wanted.size > largest {
        return Err(Error::Refused(sentences::file::too_large(largest)));
    }
    let now = app.clock.now();
    let upload = Upload {
        id: app.ids.ulid(now),
        user: caller.username.clone(),
        conversation: conversation.id,
        name: file_name(&wanted.name),
        content_type: wanted.content_type,
        size: wanted.size,
        expires_at: 0,
    };
    app.store.add_upload(upload.clone()).await?;
    let place = UploadPlace {
        upload_id: upload.id.to_string(),
        url: files.writing(&Upload::object(upload.id), &upload.content_type, upload.size, LIFE),
        headers: BTreeMap::from([("content-type", upload.content_type)]),
        expires_at: later(now, LIFE),
    };
    Response::json(201, &place)
}
