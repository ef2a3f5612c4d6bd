//! The live events of the Phones page, as Server-Sent Events.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream;
use tokio::sync::broadcast::error::RecvError;

use crate::state::SimulatorState;

/// Streams the live events.
///
/// A client that reads too slowly gets `lost` and must reload.
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
