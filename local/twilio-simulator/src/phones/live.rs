//! What the phones page is told as it happens.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::files::file_view;
use crate::message::{Direction, Message, Status};
use crate::state::SimulatorState;
use crate::store::phones::Phone;

/// One piece of news: the event's name and its data.
#[derive(Debug, Clone)]
pub(crate) struct PhoneEvent {
    name: &'static str,
    data: Arc<str>,
}

impl PhoneEvent {
    /// A message stands on a phone, or what is known about it has changed.
    pub(crate) fn message(message: &Message) -> Self {
        Self { name: "message", data: message_view(message).to_string().into() }
    }

    /// A phone came or changed.
    pub(crate) fn phone(phone: &Phone) -> Self {
        Self { name: "phone", data: phone_view(phone).to_string().into() }
    }

    /// A phone left the bench.
    pub(crate) fn phone_removed(number: &str) -> Self {
        Self { name: "gone", data: json!({ "number": number }).to_string().into() }
    }
}

/// A phone as the page sees it.
pub(super) fn phone_view(phone: &Phone) -> Value {
    json!({
        "number": phone.number,
        "name": phone.name,
        "airplane": phone.airplane,
        "condition": phone.condition,
        "added_at": phone.added_at,
    })
}

/// A message as the phone shows it. `state` is `sending`, `stored` (the desk's webhook answered 2xx, after `stored_ms`)
/// or `failed` for what was typed here, `arrived` for what came.
pub(super) fn message_view(message: &Message) -> Value {
    let (_, number) = message.customer_and_sender();
    let inbound = message.direction == Direction::Inbound;
    let was_stored = message
        .webhook_result
        .map(|answer| answer.status.is_some_and(|status| (200..300).contains(&status)));
    let state = match was_stored {
        _ if !inbound => "arrived",
        None => "sending",
        Some(true) => "stored",
        Some(false) => "failed",
    };
    json!({
        "sid": message.sid,
        "seq": message.seq,
        "phone": message.phone(),
        "number": number,
        "from_phone": inbound,
        "body": message.body,
        "media": message.extras.media.iter().map(file_view).collect::<Vec<_>>(),
        "particulars": message.extras.particulars,
        "read": message.status == Status::Read,
        "at": if inbound { message.created_at } else { message.sent_at.unwrap_or(message.updated_at) },
        "state": state,
        "answer_status": message.webhook_result.and_then(|answer| answer.status),
        "stored_ms": message.webhook_result.map(|answer| answer.millis),
    })
}

/// The live stream. A reader too slow is told to read everything anew (`lost`).
pub(super) async fn stream(
    State(state): State<Arc<SimulatorState>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let subscriptions = (state.phone_events.subscribe(), state.stopping.subscribe());
    let events = stream::unfold(subscriptions, async |(mut event_receiver, mut stopping)| {
        let received = tokio::select! {
            next = event_receiver.recv() => next,
            _ = stopping.wait_for(|stopping| *stopping) => return None,
        };
        let event = match received {
            Ok(phone_event) => Event::default().event(phone_event.name).data(&*phone_event.data),
            Err(RecvError::Lagged(_)) => Event::default().event("lost").data("{}"),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), (event_receiver, stopping)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}
