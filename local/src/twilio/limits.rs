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

use super::api::Refusal;
use super::exchange::Exchange;
use super::fault::millis;

/// How much a sender's queue holds at most, by the time that it takes.
const LONGEST_QUEUE: Duration = Duration::from_hours(4);

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
pub(super) struct Traffic {
    turns: Mutex<HashMap<String, Timestamp>>,
    calls: AtomicUsize,
}

impl Traffic {
    /// The next turn of `sender`, which is used up by it; none if its queue is full.
    pub(super) fn turn(
        &self,
        sender: &str,
        now: Timestamp,
        interval: Duration,
    ) -> Option<Timestamp> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, next| *next > now);
        let turn = turns.get(sender).copied().unwrap_or(now);
        if now.checked_add(LONGEST_QUEUE).is_ok_and(|end| turn > end) {
            return None;
        }
        turns.insert(sender.to_owned(), turn.checked_add(interval).unwrap_or(turn));
        Some(turn)
    }
}

/// A call under way.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Answers 429 while too many calls are under way, and tells with every answer how many there are.
pub(super) async fn count(
    State(exchange): State<Arc<Exchange>>,
    request: Request,
    next: Next,
) -> Response {
    let calls = &exchange.traffic.calls;
    let present = calls.fetch_add(1, Ordering::Relaxed) + 1;
    let counted = Counted(calls);
    let mut response = if present > exchange.script.limits().concurrent {
        Refusal::scripted(429).into_response()
    } else {
        next.run(request).await
    };
    drop(counted);
    response.headers_mut().insert("twilio-concurrent-requests", HeaderValue::from(present));
    response
}
