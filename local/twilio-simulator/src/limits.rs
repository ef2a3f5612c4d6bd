//! The limits of an account: messages per sender and time, and concurrent API calls.

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::fault::millis;

/// The longest queue of a sender, as sending time.
const MAX_QUEUE_TIME: Duration = Duration::from_hours(4);

/// The account's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Limits {
    /// The time from one message of a sender to its next.
    ///
    /// Messages in between stay `queued`.
    #[serde(rename = "interval_ms", deserialize_with = "millis")]
    pub interval: Duration,
    /// How many API calls may run at once.
    ///
    /// Further calls get 429.
    pub concurrent: usize,
}

impl Default for Limits {
    /// Returns 80 messages per second, as for a WhatsApp sender, and 100 concurrent calls.
    ///
    /// Twilio does not publish how many concurrent calls it allows.
    fn default() -> Self {
        Self { interval: Duration::from_micros(12_500), concurrent: 100 }
    }
}

/// When each sender may send next, and the number of API calls in flight.
#[derive(Debug, Default)]
pub(super) struct SendQueue {
    next_slots: Mutex<HashMap<String, Timestamp>>,
    /// The number of API calls in flight.
    pub(super) calls: AtomicUsize,
}

impl SendQueue {
    /// Reserves the next slot of `sender`.
    ///
    /// Returns `None` if its queue is full.
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
