//! `GET`, `POST` and `DELETE …/Messages/{SM…}.json`: fetches, redacts, cancels and deletes a message.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;

use super::authorize::authorize;
use super::error::TwilioApiError;
use super::resource;
use crate::carrier;
use crate::message::{Message, Status};
use crate::state::SimulatorState;
use crate::store::{messages, work};

/// Returns the message.
pub(super) async fn fetch(
    State(state): State<Arc<SimulatorState>>,
    Path((account, sid)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Json<Value>, TwilioApiError> {
    authorize(&state, &account, &headers)?;
    let message = find(&state, &sid, uri.path())?;
    Ok(Json(resource::resource(&account, &message)))
}

/// Redacts the message (`Body=`) or cancels a scheduled one (`Status=canceled`).
pub(super) async fn update(
    State(state): State<Arc<SimulatorState>>,
    Path((account, sid)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, TwilioApiError> {
    authorize(&state, &account, &headers)?;
    let mut message = find(&state, &sid, uri.path())?;
    for (name, value) in url::form_urlencoded::parse(&body) {
        match &*name {
            "Body" if value.is_empty() => {
                if !message.status.is_final() {
                    return Err(TwilioApiError::not_final());
                }
                message.redacted = true;
            }
            "Body" => {
                return Err(TwilioApiError::bad_request(
                    20001,
                    "A message's body can only be emptied.",
                ));
            }
            "Status" if value == "canceled" && message.status == Status::Scheduled => {
                cancel(&state, &mut message)?;
            }
            "Status" => {
                return Err(TwilioApiError::bad_request(
                    30409,
                    "Only a scheduled message can be canceled.",
                ));
            }
            _ => {}
        }
    }
    message.updated_at = state.now();
    state.store.with(|db| messages::update(db, &message))?;
    Ok(Json(resource::resource(&account, &message)))
}

/// Deletes the message at Twilio.
///
/// The phone keeps its copy.
pub(super) async fn delete(
    State(state): State<Arc<SimulatorState>>,
    Path((account, sid)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<StatusCode, TwilioApiError> {
    authorize(&state, &account, &headers)?;
    let mut message = find(&state, &sid, uri.path())?;
    if !message.status.is_final() {
        return Err(TwilioApiError::not_final());
    }
    message.deleted = true;
    state.store.with(|db| messages::update(db, &message))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Cancels a scheduled message.
fn cancel(state: &SimulatorState, message: &mut Message) -> rusqlite::Result<()> {
    message.status = Status::Canceled;
    message.updated_at = state.now();
    let callback = carrier::status_callback(state, message, Status::Canceled);
    state.store.transaction(|db| {
        work::delete_for(db, &message.sid)?;
        messages::update(db, message)?;
        callback.iter().try_for_each(|(due, job)| work::schedule(db, &message.sid, *due, job))
    })?;
    state.work_changed();
    Ok(())
}

/// Returns the message of a path segment, with or without `.json`.
pub(super) fn find(
    state: &SimulatorState,
    name: &str,
    path: &str,
) -> Result<Message, TwilioApiError> {
    let sid = name.strip_suffix(".json").unwrap_or(name);
    let message = state.store.with(|db| messages::find(db, sid))?;
    message.filter(|message| !message.deleted).ok_or_else(|| TwilioApiError::not_found(path))
}
