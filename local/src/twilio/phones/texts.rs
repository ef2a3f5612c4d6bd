//! What stands on a phone's screen, and what is typed on it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::bench::find;
use super::events::message_view;
use super::problem::Problem;
use crate::twilio::exchange::Exchange;
use crate::twilio::store::messages;

/// As many as a person scrolls back on a small screen.
const KEPT_ON_SCREEN: usize = 500;

/// The newest messages on the phone, oldest first.
pub(super) async fn list(
    State(exchange): State<Arc<Exchange>>,
    Path(number): Path<String>,
) -> Result<Json<Value>, Problem> {
    find(&exchange, &number)?;
    let shown = exchange.store.with(|db| messages::on_phone(db, &number, KEPT_ON_SCREEN))?;
    Ok(Json(json!({ "messages": shown.iter().map(message_view).collect::<Vec<_>>() })))
}

/// A text typed on a phone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    to: String,
    body: String,
}

/// Sends what was typed: stored by the network when this answers, on its way to the desk.
pub(super) async fn send(
    State(exchange): State<Arc<Exchange>>,
    Path(number): Path<String>,
    Json(typed): Json<Typed>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let phone = find(&exchange, &number)?;
    if phone.airplane {
        return Err(Problem::conflict("Airplane mode is on. Turn it off to send."));
    }
    if !exchange.numbers.contains(&typed.to) {
        return Err(Problem::invalid(format!("Nobody answers at {}.", typed.to)));
    }
    if typed.body.chars().count() > 1600 {
        return Err(Problem::invalid("A text has at most 1,600 characters."));
    }
    let message = exchange.take(&phone.number, &typed.to, &typed.body)?;
    Ok((StatusCode::CREATED, Json(message_view(&message))))
}
