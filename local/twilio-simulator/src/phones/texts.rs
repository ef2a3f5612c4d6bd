//! The messages on a phone.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::catalog::network as texts;
use super::error::PhoneApiError;
use super::phone::find;
use crate::address::Channel;
use crate::carrier;
use crate::extras::{AppExtras, PhoneInput};
use crate::inbound;
use crate::phone_event::message_view;
use crate::state::SimulatorState;
use crate::store::{media, messages};

/// As many as a person scrolls back on a small screen.
const MAX_SCREEN_MESSAGES: usize = 500;
const MAX_FILES: usize = 10;

/// Returns the newest messages on the phone, oldest first.
pub(super) async fn list(
    State(state): State<Arc<SimulatorState>>,
    Path(number): Path<String>,
) -> Result<Json<Value>, PhoneApiError> {
    find(&state, &number)?;
    let messages =
        state.store.with(|db| messages::list_on_phone(db, &number, MAX_SCREEN_MESSAGES))?;
    Ok(Json(json!({ "messages": messages.iter().map(message_view).collect::<Vec<_>>() })))
}

/// A request to send a message from a phone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SendFromPhone {
    to: String,
    #[serde(default)]
    body: String,
    /// SIDs of uploaded files.
    #[serde(default)]
    media: Vec<String>,
    #[serde(default)]
    extras: AppExtras,
}

/// Sends a message.
///
/// Returns when the message and its webhook task are stored.
pub(super) async fn send(
    State(state): State<Arc<SimulatorState>>,
    Path(number): Path<String>,
    Json(request): Json<SendFromPhone>,
) -> Result<(StatusCode, Json<Value>), PhoneApiError> {
    let phone = find(&state, &number)?;
    if phone.airplane {
        return Err(PhoneApiError::conflict(texts::airplane_mode()));
    }
    let same_channel = Channel::from_address(&request.to) == Channel::from_address(&phone.number);
    if !state.senders.contains(&request.to) || !same_channel {
        return Err(PhoneApiError::invalid(if request.to.is_empty() {
            texts::no_sender()
        } else {
            texts::unknown_number(request.to)
        }));
    }
    if request.body.chars().count() > 1600 {
        return Err(PhoneApiError::invalid(texts::text_too_long()));
    }
    if request.media.len() > MAX_FILES {
        return Err(PhoneApiError::invalid(texts::too_many_files()));
    }
    let empty = request.body.is_empty() && request.media.is_empty();
    if empty && request.extras == AppExtras::default() {
        return Err(PhoneApiError::invalid(texts::nothing_to_send()));
    }
    let media = state.store.with(|db| {
        let files = request.media.iter().map(|sid| media::find(db, sid));
        files.collect::<rusqlite::Result<Option<Vec<_>>>>()
    })?;
    let media = media.ok_or_else(|| PhoneApiError::invalid(texts::file_not_saved()))?;
    let message = inbound::accept(
        &state,
        PhoneInput {
            from: phone.number,
            to: request.to,
            body: request.body,
            media: media.into_iter().map(|(file, _)| file).collect(),
            extras: request.extras,
        },
    )?;
    Ok((StatusCode::CREATED, Json(message_view(&message))))
}

/// Marks the messages on the phone as read, unless it is in airplane mode.
pub(super) async fn mark_read(
    State(state): State<Arc<SimulatorState>>,
    Path(number): Path<String>,
) -> Result<StatusCode, PhoneApiError> {
    if !find(&state, &number)?.airplane {
        carrier::mark_read(&state, &number)?;
    }
    Ok(StatusCode::NO_CONTENT)
}
