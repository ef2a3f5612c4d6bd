//! What Twilio takes of an account: a sender's messages one after the other, and so many calls at once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::api::TwilioApiError;
use super::fault::millis;
use super::state::SimulatorState;

/// How much a sender's queue holds at most, by the time that it takes.
const MAX_QUEUE_TIME: Duration = Duration::from_hours(4);

/// The account's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Limits {
    /// How long a sender waits from one message to the next; what comes faster stays `queued`.
    #[serde(rename = "interval_ms", deserialize_with = "millis")]
    pub interval: Duration,
    /// How many calls to the API may be under way at once; one more is answered 429.
    pub concurrent: usize,
}

impl Default for Limits {
    /// 80 messages a second, as a WhatsApp sender; Twilio does not publish how many calls.
    fn default() -> Self {
        Self { interval: Duration::from_micros(12_500), concurrent: 100 }
    }
}

/// When each sender may send next, and how many calls there are.
#[derive(Debug, Default)]
pub(super) struct SendQueue {
    next_slots: Mutex<HashMap<String, Timestamp>>,
    calls: AtomicUsize,
}

impl SendQueue {
    /// The next turn of `sender`, which is used up by it; none if its queue is full.
    pub(super) fn next_slot(
        &self,
        sender: &str,
        now: Timestamp,
        interval: Duration,
    ) -> Option<Timestamp> {
        let mut next_slots = self.next_slots.lock().unwrap_or_else(PoisonError::into_inner);
        next_slots.retain(|_, next| *next > now);
        let slot = next_slots.get(sender).copied().unwrap_or(now);
        if now.checked_add(MAX_QUEUE_TIME).is_ok_and(|end| slot > end) {
            return None;
        }
        next_slots.insert(sender.to_owned(), slot.checked_add(interval).unwrap_or(slot));
        Some(slot)
    }
}

/// A call under way.
struct InFlightGuard<'a>(&'a AtomicUsize);

impl Drop for InFlightGuard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Answers 429 while too many calls are under way, and tells with every answer how many there are.
pub(super) async fn limit_concurrency(
    State(state): State<Arc<SimulatorState>>,
    request: Request,
    next: Next,
) -> Response {
    let calls = &state.send_queue.calls;
    let in_flight = calls.fetch_add(1, Ordering::Relaxed) + 1;
    let guard = InFlightGuard(calls);
    let mut response = if in_flight > state.script.limits().concurrent {
        TwilioApiError::from_script(429).into_response()
    } else {
        next.run(request).await
    };
    drop(guard);
    response.headers_mut().insert("twilio-concurrent-requests", HeaderValue::from(in_flight));
    response
}
