//! Files on a phone: uploaded before they are sent, downloaded when they have arrived.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;

use super::catalog::network as texts;
use super::error::PhoneApiError;
use crate::extras::Media;
use crate::phone_event::file_view;
use crate::state::SimulatorState;
use crate::store::media;

/// The maximum size of a file on a phone, in bytes.
pub(super) const MAX_FILE_BYTES: usize = 20 * 1024 * 1024;

/// The name of an uploaded file.
#[derive(Deserialize)]
pub(super) struct FileName {
    name: Option<String>,
}

/// Stores a file that a message can be sent with.
pub(super) async fn upload(
    State(state): State<Arc<SimulatorState>>,
    Query(FileName { name }): Query<FileName>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), PhoneApiError> {
    let declared_type = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let content_type = declared_type.unwrap_or("application/octet-stream").to_owned();
    if bytes.is_empty() {
        return Err(PhoneApiError::invalid(texts::file_empty()));
    }
    let file = Media { sid: state.new_sid("ME"), content_type, name, size: bytes.len() };
    state.store.with(|db| media::insert(db, &file, &bytes))?;
    Ok((StatusCode::CREATED, Json(file_view(&file))))
}

/// Returns the bytes of a file.
pub(super) async fn download(
    State(state): State<Arc<SimulatorState>>,
    Path(sid): Path<String>,
) -> Result<Response, PhoneApiError> {
    let stored = state.store.with(|db| media::find(db, &sid))?;
    let (file, bytes) = stored.ok_or_else(|| PhoneApiError::not_found(texts::no_file(sid)))?;
    let content_type = HeaderValue::from_str(&file.content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let no_sniff = HeaderValue::from_static("nosniff");
    // A received document must not run scripts here.
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    let headers = [
        (CONTENT_TYPE, content_type),
        (X_CONTENT_TYPE_OPTIONS, no_sniff),
        (axum::http::header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, bytes).into_response())
}
