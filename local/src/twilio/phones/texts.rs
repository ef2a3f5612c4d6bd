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
use super::sentences::network as say;
use crate::twilio::address::Channel;
use crate::twilio::exchange::Exchange;
use crate::twilio::more::{Particulars, Typed};
use crate::twilio::network;
use crate::twilio::store::{media, messages};

/// As many as a person scrolls back on a small screen.
const KEPT_ON_SCREEN: usize = 500;
const MOST_FILES: usize = 10;

/// The newest messages on the phone, oldest first.
pub(super) async fn list(
    State(exchange): State<Arc<Exchange>>,
    Path(number): Path<String>,
) -> Result<Json<Value>, Problem> {
    find(&exchange, &number)?;
    let shown = exchange.store.with(|db| messages::on_phone(db, &number, KEPT_ON_SCREEN))?;
    Ok(Json(json!({ "messages": shown.iter().map(message_view).collect::<Vec<_>>() })))
}

/// What is sent from a phone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    to: String,
    #[serde(default)]
    body: String,
    /// SIDs of files that were kept before.
    #[serde(default)]
    media: Vec<String>,
    #[serde(default)]
    particulars: Particulars,
}

/// Sends what was typed: stored by the network when this answers, on its way to the desk.
pub(super) async fn send(
    State(exchange): State<Arc<Exchange>>,
    Path(number): Path<String>,
    Json(given): Json<Given>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let phone = find(&exchange, &number)?;
    if phone.airplane {
        return Err(Problem::conflict(say::airplane_mode()));
    }
    let same_channel = Channel::of(&given.to) == Channel::of(&phone.number);
    if !exchange.numbers.contains(&given.to) || !same_channel {
        return Err(Problem::invalid(if given.to.is_empty() {
            say::no_sender()
        } else {
            say::nobody_there(given.to)
        }));
    }
    if given.body.chars().count() > 1600 {
        return Err(Problem::invalid(say::text_too_long()));
    }
    if given.media.len() > MOST_FILES {
        return Err(Problem::invalid(say::too_many_files()));
    }
    let empty = given.body.is_empty() && given.media.is_empty();
    if empty && given.particulars == Particulars::default() {
        return Err(Problem::invalid(say::nothing_to_send()));
    }
    let media = exchange.store.with(|db| {
        let kept = given.media.iter().map(|sid| media::find(db, sid));
        kept.collect::<rusqlite::Result<Option<Vec<_>>>>()
    })?;
    let media = media.ok_or_else(|| Problem::invalid(say::file_not_kept()))?;
    let message = exchange.take(Typed {
        from: phone.number,
        to: given.to,
        body: given.body,
        media: media.into_iter().map(|(file, _)| file).collect(),
        particulars: given.particulars,
    })?;
    Ok((StatusCode::CREATED, Json(message_view(&message))))
}

/// The customer has opened the thread: what has arrived is read.
pub(super) async fn read(
    State(exchange): State<Arc<Exchange>>,
    Path(number): Path<String>,
) -> Result<StatusCode, Problem> {
    if !find(&exchange, &number)?.airplane {
        network::read(&exchange, &number)?;
    }
    Ok(StatusCode::NO_CONTENT)
}
