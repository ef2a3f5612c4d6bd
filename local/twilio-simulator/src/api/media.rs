//! `…/Messages/{SM…}/Media`: the files of a message.
//!
//! As at Twilio, a redirect leads to the bytes.

use std::io;
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt as _, stream};
use serde::Deserialize;
use serde_json::{Value, json};

use super::authorize::authorize;
use super::error::TwilioApiError;
use super::{message, resource};
use crate::extras::Media;
use crate::inbound_form::media_path;
use crate::message::Message;
use crate::product::Product;
use crate::rule::Call;
use crate::script::MediaFault;
use crate::state::SimulatorState;
use crate::store::{media, messages};

/// Returns the files of a message without their bytes.
pub(super) async fn list(
    State(state): State<Arc<SimulatorState>>,
    Path((account, sid)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Json<Value>, TwilioApiError> {
    authorize(&state, &account, &headers)?;
    let message = message::find(&state, &sid, uri.path())?;
    let list_uri = format!("{}?PageSize=50&Page=0", uri.path());
    let files: Vec<Value> =
        message.extras.media.iter().map(|file| view(&account, &message, file)).collect();
    Ok(Json(json!({
        "end": files.len().saturating_sub(1),
        "first_page_uri": list_uri,
        "next_page_uri": null,
        "page": 0,
        "page_size": 50,
        "previous_page_uri": null,
        "media_list": files,
        "start": 0,
        "uri": list_uri,
    })))
}

/// Returns a file's description for `ME….json`, otherwise redirects to its bytes.
pub(super) async fn fetch(
    State(state): State<Arc<SimulatorState>>,
    Path((account, sid, name)): Path<(String, String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, TwilioApiError> {
    authorize(&state, &account, &headers)?;
    let message = message::find(&state, &sid, uri.path())?;
    let json_name = name.strip_suffix(".json");
    let file = find(&message, json_name.unwrap_or(&name), uri.path())?;
    if json_name.is_some() {
        return Ok(Json(view(&account, &message, file)).into_response());
    }
    let phone = message.phone();
    let call = Call { number: &phone, body: &message.body, status: None };
    let storage = storage_url(&state, &file.sid);
    let mut storage_fault = None;
    match state.script.next_media_fault(call, state.now()) {
        Some(MediaFault::Respond { status }) => return Err(TwilioApiError::from_script(status)),
        Some(MediaFault::Redirect { to }) => return Ok(redirect(&to)),
        Some(MediaFault::Chain { count }) => {
            return Ok(redirect(&format!("{storage}?hops={count}")));
        }
        Some(MediaFault::Slow { by }) => state.clock.sleep(by).await,
        fault => storage_fault = fault,
    }
    state.script.set_storage_fault(&file.sid, storage_fault);
    Ok(redirect(&storage))
}

/// The query of a storage request.
#[derive(Deserialize)]
pub(super) struct StorageQuery {
    /// How many times the storage redirects to itself first.
    #[serde(default)]
    hops: u32,
}

/// Returns the bytes of a file.
///
/// Needs no credentials.
pub(super) async fn storage(
    State(state): State<Arc<SimulatorState>>,
    Path(sid): Path<String>,
    Query(StorageQuery { hops }): Query<StorageQuery>,
    uri: Uri,
) -> Result<Response, TwilioApiError> {
    if let Some(remaining_hops) = hops.checked_sub(1) {
        let storage = storage_url(&state, &sid);
        return Ok(redirect(&format!("{storage}?hops={remaining_hops}")));
    }
    let stored = state.store.with(|db| media::find(db, &sid))?;
    let (file, bytes) = stored.ok_or_else(|| TwilioApiError::not_found(uri.path()))?;
    let kind = file.content_type;
    Ok(match state.script.take_storage_fault(&sid) {
        Some(MediaFault::Huge { bytes }) => {
            let headers = [(CONTENT_TYPE, kind), (CONTENT_LENGTH, bytes.to_string())];
            (headers, endless_body(&state)).into_response()
        }
        Some(MediaFault::Endless) => ([(CONTENT_TYPE, kind)], endless_body(&state)).into_response(),
        Some(MediaFault::Cut) => {
            let headers = [(CONTENT_TYPE, kind), (CONTENT_LENGTH, bytes.len().to_string())];
            (headers, Body::from_stream(first_half(bytes))).into_response()
        }
        Some(MediaFault::WrongType { content_type }) => {
            ([(CONTENT_TYPE, content_type)], bytes).into_response()
        }
        _ => {
            let name = file.name.unwrap_or_else(|| sid.clone());
            let safe: String =
                name.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\')).collect();
            let disposition = format!("inline; filename=\"{safe}\"");
            ([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, disposition)], bytes).into_response()
        }
    })
}

/// Removes a file from its message.
pub(super) async fn delete(
    State(state): State<Arc<SimulatorState>>,
    Path((account, sid, name)): Path<(String, String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<StatusCode, TwilioApiError> {
    authorize(&state, &account, &headers)?;
    let mut message = message::find(&state, &sid, uri.path())?;
    let name = name.strip_suffix(".json").unwrap_or(&name);
    let deleted_sid = find(&message, name, uri.path())?.sid.clone();
    message.extras.media.retain(|file| file.sid != deleted_sid);
    message.updated_at = state.now();
    state.store.with(|db| messages::update(db, &message))?;
    Ok(StatusCode::NO_CONTENT)
}

fn find<'a>(message: &'a Message, sid: &str, path: &str) -> Result<&'a Media, TwilioApiError> {
    let media = message.extras.media.iter().find(|file| file.sid == sid);
    media.ok_or_else(|| TwilioApiError::not_found(path))
}

fn view(account: &str, message: &Message, file: &Media) -> Value {
    json!({
        "account_sid": account,
        "content_type": file.content_type,
        "date_created": resource::date(message.created_at),
        "date_updated": resource::date(message.updated_at),
        "parent_sid": message.sid,
        "sid": file.sid,
        "uri": format!("{}.json", media_path(account, &message.sid, &file.sid)),
    })
}

/// Returns the URL of a file's bytes.
fn storage_url(state: &SimulatorState, sid: &str) -> String {
    format!("{}/{sid}", state.product_url(Product::Media))
}

fn redirect(to: &str) -> Response {
    (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, to.to_owned())]).into_response()
}

/// Returns a body of zeros that ends when the client disconnects or the simulator stops.
fn endless_body(state: &SimulatorState) -> Body {
    let mut stopping = state.stopping.subscribe();
    let stopped = async move {
        // A dropped sender is the end, too.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    let chunk = Bytes::from_static(&[0; 16 * 1024]);
    let chunks = stream::repeat_with(move || Ok::<_, io::Error>(chunk.clone()));
    Body::from_stream(chunks.take_until(Box::pin(stopped)))
}

/// Returns the first half of a file, then an error that closes the connection.
fn first_half(bytes: Vec<u8>) -> impl Stream<Item = io::Result<Bytes>> {
    let bytes = Bytes::from(bytes);
    let half = bytes.slice(..bytes.len() / 2);
    let reset = stream::once(async {
        // Sends the half first.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    stream::iter([Ok(half)]).chain(reset)
}
