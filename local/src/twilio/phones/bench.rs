//! The phones on the bench.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::events::{News, phone_view};
use super::problem::Problem;
use super::sentences::network as say;
use crate::twilio::address::{self, Channel};
use crate::twilio::exchange::Exchange;
use crate::twilio::network;
use crate::twilio::store::phones::{self, Condition, Phone};

const LONGEST_NAME: usize = 60;

/// The bench.
pub(super) async fn list(State(exchange): State<Arc<Exchange>>) -> Result<Json<Value>, Problem> {
    let phones = exchange.store.with(phones::shown)?;
    Ok(Json(json!({
        "now": exchange.now(),
        "numbers": exchange.numbers,
        "phones": phones.iter().map(phone_view).collect::<Vec<_>>(),
    })))
}

/// Puts the first customer on a bench that never had one, so that there is a phone to write from.
pub(in crate::twilio) fn first_customer(exchange: &Exchange) -> rusqlite::Result<()> {
    if exchange.store.with(phones::any)? {
        return Ok(());
    }
    let name = Some("Ada Byron".to_owned());
    let phone = Phone::new("+12065550100".to_owned(), name, exchange.now());
    exchange.store.with(|db| phones::put(db, &phone))
}

/// A new customer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPhone {
    number: Option<String>,
    name: Option<String>,
    /// `sms`, `whatsapp`, `messenger` or `rcs`, where the number does not begin with one.
    #[serde(default)]
    channel: Channel,
}

/// Puts a phone on the bench. One that was there before comes back with its messages.
pub(super) async fn add(
    State(exchange): State<Arc<Exchange>>,
    Json(asked): Json<NewPhone>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let number = match asked.number.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(given) => address(asked.channel, given)?,
        None => free_address(&exchange, asked.channel)?,
    };
    if exchange.numbers.contains(&number) {
        return Err(Problem::invalid(say::own_number()));
    }
    let known = exchange.store.with(|db| phones::find(db, &number))?;
    let was_there = known.as_ref().is_some_and(|phone| phone.shown);
    let name = clean(asked.name)?.or_else(|| known.as_ref().and_then(|phone| phone.name.clone()));
    let condition = known.map_or(Condition::Reachable, |phone| phone.condition);
    let phone = Phone { condition, ..Phone::new(number, name, exchange.now()) };
    change(&exchange, &phone)?;
    let status = if was_there { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(phone_view(&phone))))
}

/// What can change about a phone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Changes {
    name: Option<String>,
    airplane: Option<bool>,
    condition: Option<Condition>,
}

/// Changes a phone; an empty name takes the name off.
pub(super) async fn update(
    State(exchange): State<Arc<Exchange>>,
    Path(number): Path<String>,
    Json(changes): Json<Changes>,
) -> Result<Json<Value>, Problem> {
    let mut phone = find(&exchange, &number)?;
    if changes.name.is_some() {
        phone.name = clean(changes.name)?;
    }
    phone.airplane = changes.airplane.unwrap_or(phone.airplane);
    phone.condition = changes.condition.unwrap_or(phone.condition);
    change(&exchange, &phone)?;
    Ok(Json(phone_view(&phone)))
}

/// Takes a phone off the bench. Its messages stay in the network's book.
pub(super) async fn remove(
    State(exchange): State<Arc<Exchange>>,
    Path(number): Path<String>,
) -> Result<StatusCode, Problem> {
    let phone = find(&exchange, &number)?;
    exchange.store.with(|db| phones::put(db, &Phone { shown: false, ..phone }))?;
    exchange.tell(News::gone(&number));
    Ok(StatusCode::NO_CONTENT)
}

/// Writes the phone, tells everybody, and lets what waited for it arrive if it is in reach again.
pub(in crate::twilio) fn change(exchange: &Exchange, phone: &Phone) -> rusqlite::Result<()> {
    exchange.store.with(|db| phones::put(db, phone))?;
    exchange.tell(News::phone(phone));
    if phone.airplane { Ok(()) } else { network::back_in_reach(exchange, &phone.number) }
}

/// The phone with this number, if it stands on the bench.
pub(super) fn find(exchange: &Exchange, number: &str) -> Result<Phone, Problem> {
    let found = exchange.store.with(|db| phones::find(db, number))?;
    found.filter(|phone| phone.shown).ok_or_else(|| Problem::missing(say::no_phone(number)))
}

/// What was written, on the channel that was chosen.
fn address(channel: Channel, given: &str) -> Result<String, Problem> {
    let prefix = if given.contains(':') { "" } else { channel.prefix() };
    address::parse(&format!("{prefix}{given}")).ok_or_else(|| {
        Problem::invalid(if channel == Channel::Messenger {
            say::no_person_id(given)
        } else {
            say::no_phone_number(given)
        })
    })
}

/// The first address, made from a range of numbers kept for fiction, that no phone has.
fn free_address(exchange: &Exchange, channel: Channel) -> Result<String, Problem> {
    for last in 100..200 {
        let address = match channel {
            Channel::Messenger => format!("messenger:20000000000{last}"),
            _ => format!("{}+12065550{last}", channel.prefix()),
        };
        if exchange.store.with(|db| phones::find(db, &address))?.is_none() {
            return Ok(address);
        }
    }
    Err(Problem::conflict(say::all_taken()))
}

fn clean(name: Option<String>) -> Result<Option<String>, Problem> {
    let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if name.as_ref().is_some_and(|name| name.chars().count() > LONGEST_NAME) {
        return Err(Problem::invalid(say::name_too_long(LONGEST_NAME)));
    }
    Ok(name)
}
