//! Files on a phone: kept before they are sent, shown when they have arrived.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use super::sentences::network as say;
use crate::twilio::exchange::Exchange;
use crate::twilio::fetch;
use crate::twilio::more::Media;
use crate::twilio::store::media;

/// As large as a file on a phone may be, bytes.
pub(super) const LARGEST: usize = 20 * 1024 * 1024;

/// What a file is called.
#[derive(Deserialize)]
pub(super) struct Named {
    name: Option<String>,
}

/// Keeps a file, to be sent with a message.
pub(super) async fn keep(
    State(exchange): State<Arc<Exchange>>,
    Query(Named { name }): Query<Named>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let declared = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let content_type = declared.unwrap_or("application/octet-stream").to_owned();
    if bytes.is_empty() {
        return Err(Problem::invalid(say::file_empty()));
    }
    let file = Media { sid: fetch::new_sid(), content_type, name, size: bytes.len() };
    exchange.store.with(|db| media::insert(db, &file, &bytes))?;
    Ok((StatusCode::CREATED, Json(file_view(&file))))
}

/// The bytes of a file.
pub(super) async fn show(
    State(exchange): State<Arc<Exchange>>,
    Path(sid): Path<String>,
) -> Result<Response, Problem> {
    let found = exchange.store.with(|db| media::find(db, &sid))?;
    let (file, bytes) = found.ok_or_else(|| Problem::missing(say::no_file(sid)))?;
    let kind = HeaderValue::from_str(&file.content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let sniff = HeaderValue::from_static("nosniff");
    // A document that somebody sent runs nothing here.
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    let headers = [
        (CONTENT_TYPE, kind),
        (X_CONTENT_TYPE_OPTIONS, sniff),
        (axum::http::header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, bytes).into_response())
}

/// A file as the page shows it.
pub(super) fn file_view(file: &Media) -> Value {
    json!({
        "sid": file.sid,
        "content_type": file.content_type,
        "name": file.name,
        "size": file.size,
    })
}
