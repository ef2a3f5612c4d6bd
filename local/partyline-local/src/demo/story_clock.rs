//! The clock, the SIDs and the random numbers of stories, which are the same at every load.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use shared::clock::{Clock, SystemClock};

/// A clock that is set to the story's time.
#[derive(Debug)]
pub(super) struct StoryClock(Mutex<Timestamp>);

impl StoryClock {
    /// Creates a clock that is set to `now`.
    pub(super) fn new(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Sets the time, forward or back.
    pub(super) fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits in real time.
    ///
    /// Only a throttled table makes a story wait.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        SystemClock.sleep(duration)
    }
}

/// Returns Twilio's SID of the message at `index` of the story of `number`.
pub(super) fn story_sid(number: &str, index: usize) -> String {
    let halves = [0, 1].map(|half| pseudo_random(number, index, 20 + half));
    halves.iter().fold("SM".to_owned(), |sid, half| format!("{sid}{half:016x}"))
}

/// Returns the pseudo-random number `draw` of the message at `index` of the story of `number`.
///
/// It is the same at every load.
pub(super) fn pseudo_random(number: &str, index: usize, draw: u64) -> u64 {
    let index = u64::try_from(index).unwrap_or(0);
    mix(mix(digits(number)).wrapping_add(index << 8).wrapping_add(draw))
}

fn digits(number: &str) -> u64 {
    number.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0)
}

/// `SplitMix64`: spreads similar seeds over the whole range.
fn mix(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Returns `at` plus `by`.
pub(super) fn add(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(at)
}

/// Returns `at` minus `by`.
pub(super) fn subtract(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_sub(by).unwrap_or(at)
}
