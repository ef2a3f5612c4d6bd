//! Phone numbers and other unique numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// The number that customers write to.
pub const BUSINESS_NUMBER: &str = "+18555080989";

/// Returns a new number with each call.
pub fn next_id() -> u64 {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    COUNTER.fetch_add(1, Ordering::Relaxed) + 1
}

/// Returns a new customer number.
pub fn customer_number() -> String {
    format!("+1206555{:04}", next_id() % 10_000)
}
