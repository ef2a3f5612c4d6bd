//! `GET`, `POST` and `DELETE …/Messages/{SM…}.json`: fetch, redact, delete.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::refusal::Refusal;
use super::{authorize, resource};
use crate::twilio::exchange::Exchange;
use crate::twilio::message::{Message, Status};
use crate::twilio::network;
use crate::twilio::store::{messages, work};

/// The message.
pub(super) async fn fetch(
    State(exchange): State<Arc<Exchange>>,
    Path((account, sid)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    authorize(&exchange, &account, &headers)?;
    let message = find(&exchange, &sid, uri.path())?;
    Ok(Json(resource::resource(&account, &message)))
}

/// Empties the message's text (`Body=`) or takes a scheduled message back (`Status=canceled`).
pub(super) async fn update(
    State(exchange): State<Arc<Exchange>>,
    Path((account, sid)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    authorize(&exchange, &account, &headers)?;
    let mut message = find(&exchange, &sid, uri.path())?;
    for (name, value) in url::form_urlencoded::parse(&body) {
        match &*name {
            "Body" if value.is_empty() => {
                if !message.status.is_final() {
                    return Err(Refusal::unfinished());
                }
                message.redacted = true;
            }
            "Body" => return Err(Refusal::bad(20001, "A message's body can only be emptied.")),
            "Status" if value == "canceled" && message.status == Status::Scheduled => {
                cancel(&exchange, &mut message)?;
            }
            "Status" => {
                return Err(Refusal::bad(30409, "Only a scheduled message can be canceled."));
            }
            _ => {}
        }
    }
    message.updated_at = exchange.now();
    exchange.store.with(|db| messages::update(db, &message))?;
    Ok(Json(resource::resource(&account, &message)))
}

/// Deletes the message at Twilio; the phone keeps its copy.
pub(super) async fn delete(
    State(exchange): State<Arc<Exchange>>,
    Path((account, sid)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    authorize(&exchange, &account, &headers)?;
    let mut message = find(&exchange, &sid, uri.path())?;
    if !message.status.is_final() {
        return Err(Refusal::unfinished());
    }
    message.deleted = true;
    exchange.store.with(|db| messages::update(db, &message))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes back a message whose time has not come.
fn cancel(exchange: &Exchange, message: &mut Message) -> rusqlite::Result<()> {
    message.status = Status::Canceled;
    message.updated_at = exchange.now();
    let callback = network::callback(exchange, message, Status::Canceled);
    exchange.store.transaction(|db| {
        work::drop_for(db, &message.sid)?;
        messages::update(db, message)?;
        callback.iter().try_for_each(|(due, job)| work::plan(db, &message.sid, *due, job))
    })?;
    exchange.changed();
    Ok(())
}

/// The message that a path names, with or without `.json`.
pub(super) fn find(exchange: &Exchange, name: &str, path: &str) -> Result<Message, Refusal> {
    let sid = name.strip_suffix(".json").unwrap_or(name);
    let found = exchange.store.with(|db| messages::find(db, sid))?;
    found.filter(|message| !message.deleted).ok_or_else(|| Refusal::not_found(path))
}
