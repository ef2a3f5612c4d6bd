//! The phones of the Phones page.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::catalog::network as texts;
use super::error::PhoneApiError;
use crate::address::{self, Channel};
use crate::carrier;
use crate::phone_event::{PhoneEvent, phone_view};
use crate::state::SimulatorState;
use crate::store::phones::{self, Phone, PhoneCondition};

const MAX_NAME_CHARS: usize = 60;

/// Returns our senders, the phones, and the system's time.
pub(super) async fn list(
    State(state): State<Arc<SimulatorState>>,
) -> Result<Json<Value>, PhoneApiError> {
    let phones = state.store.with(phones::list_visible)?;
    Ok(Json(json!({
        "now": state.now(),
        "numbers": state.senders,
        "phones": phones.iter().map(phone_view).collect::<Vec<_>>(),
    })))
}

/// Adds the first customer's phone if there never was one.
pub(crate) fn add_first_customer(state: &SimulatorState) -> rusqlite::Result<()> {
    if state.store.with(phones::has_any)? {
        return Ok(());
    }
    let name = Some("Ada Byron".to_owned());
    let phone = Phone::new("+12065550100".to_owned(), name, state.now());
    state.store.with(|db| phones::put(db, &phone))
}

/// A request to add a phone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddPhone {
    number: Option<String>,
    name: Option<String>,
    /// The channel of a number without a prefix: `sms`, `whatsapp`, `messenger` or `rcs`.
    #[serde(default)]
    channel: Channel,
}

/// Adds a phone.
///
/// A removed phone comes back with its messages.
pub(super) async fn add(
    State(state): State<Arc<SimulatorState>>,
    Json(request): Json<AddPhone>,
) -> Result<(StatusCode, Json<Value>), PhoneApiError> {
    let number = match request.number.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(address_text) => parse_address(request.channel, address_text)?,
        None => free_address(&state, request.channel)?,
    };
    if state.senders.contains(&number) {
        return Err(PhoneApiError::invalid(texts::own_number()));
    }
    let existing = state.store.with(|db| phones::find(db, &number))?;
    let was_visible = existing.as_ref().is_some_and(|phone| phone.visible);
    let name = clean_name(request.name)?
        .or_else(|| existing.as_ref().and_then(|phone| phone.name.clone()));
    let condition = existing.map_or(PhoneCondition::Reachable, |phone| phone.condition);
    let phone = Phone { condition, ..Phone::new(number, name, state.now()) };
    save_phone(&state, &phone)?;
    let status = if was_visible { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(phone_view(&phone))))
}

/// A request to update a phone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdatePhone {
    name: Option<String>,
    airplane: Option<bool>,
    condition: Option<PhoneCondition>,
}

/// Updates a phone.
///
/// An empty name removes the name.
pub(super) async fn update(
    State(state): State<Arc<SimulatorState>>,
    Path(number): Path<String>,
    Json(update): Json<UpdatePhone>,
) -> Result<Json<Value>, PhoneApiError> {
    let mut phone = find(&state, &number)?;
    if update.name.is_some() {
        phone.name = clean_name(update.name)?;
    }
    phone.airplane = update.airplane.unwrap_or(phone.airplane);
    phone.condition = update.condition.unwrap_or(phone.condition);
    save_phone(&state, &phone)?;
    Ok(Json(phone_view(&phone)))
}

/// Removes a phone from the page.
///
/// Its messages stay in the store.
pub(super) async fn remove(
    State(state): State<Arc<SimulatorState>>,
    Path(number): Path<String>,
) -> Result<StatusCode, PhoneApiError> {
    let phone = find(&state, &number)?;
    state.store.with(|db| phones::put(db, &Phone { visible: false, ..phone }))?;
    state.publish(PhoneEvent::phone_removed(&number));
    Ok(StatusCode::NO_CONTENT)
}

/// Stores the phone, publishes it, and delivers waiting messages unless it is in airplane mode.
pub(crate) fn save_phone(state: &SimulatorState, phone: &Phone) -> rusqlite::Result<()> {
    state.store.with(|db| phones::put(db, phone))?;
    state.publish(PhoneEvent::phone(phone));
    if phone.airplane { Ok(()) } else { carrier::release_waiting(state, &phone.number) }
}

/// Returns the phone with this number if the page shows it.
pub(super) fn find(state: &SimulatorState, number: &str) -> Result<Phone, PhoneApiError> {
    let phone = state.store.with(|db| phones::find(db, number))?;
    phone
        .filter(|phone| phone.visible)
        .ok_or_else(|| PhoneApiError::not_found(texts::no_phone(number)))
}

/// Parses an address on the chosen channel.
fn parse_address(channel: Channel, text: &str) -> Result<String, PhoneApiError> {
    let prefix = if text.contains(':') { "" } else { channel.prefix() };
    address::parse(&format!("{prefix}{text}")).ok_or_else(|| {
        PhoneApiError::invalid(if channel == Channel::Messenger {
            texts::no_person_id(text)
        } else {
            texts::no_phone_number(text)
        })
    })
}

/// Returns the first unused address of a range of fictional numbers.
fn free_address(state: &SimulatorState, channel: Channel) -> Result<String, PhoneApiError> {
    for last in 100..200 {
        let address = match channel {
            Channel::Messenger => format!("messenger:20000000000{last}"),
            _ => format!("{}+12065550{last}", channel.prefix()),
        };
        if state.store.with(|db| phones::find(db, &address))?.is_none() {
            return Ok(address);
        }
    }
    Err(PhoneApiError::conflict(texts::all_taken()))
}

fn clean_name(name: Option<String>) -> Result<Option<String>, PhoneApiError> {
    let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if name.as_ref().is_some_and(|name| name.chars().count() > MAX_NAME_CHARS) {
        return Err(PhoneApiError::invalid(texts::name_too_long(MAX_NAME_CHARS)));
    }
    Ok(name)
}
