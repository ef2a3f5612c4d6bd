//! Counters of events per time window.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::client::Store;
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::row::{Item, attr_n};
use super::write::unconditional;
use crate::error::Result;

/// The counter of one time window.
struct RateWindow {
    key: Key,
    /// The end of the window, seconds since 1970.
    end: i64,
    /// The length of the window, seconds.
    length: i64,
}

impl Store {
    /// Counts one event of `subject` in the current window. Returns the new count.
    pub async fn increment_rate(&self, subject: &str, window: Duration) -> Result<u64> {
        let window = self.rate_window(subject, window);
        let changed = ItemUpdate::new(window.key)
            .increment("count")
            .set("expires_at", attr_n(window.end + window.length))
            .execute(self, "connections.update")
            .await?;
        Ok(changed.map_or(u64::MAX, |item| parse_count(&item)))
    }

    /// Returns the count of `subject` in the current window. The read is not consistent: it costs half as much.
    pub async fn get_rate(&self, subject: &str, window: Duration) -> Result<u64> {
        let key = self.rate_window(subject, window).key;
        let call = self.client.get_item().table_name(self.table_name(key.table));
        let call = call.set_key(Some(key.attributes()));
        let response = unconditional(self.call("connections.get", || call.clone().send()).await)?;
        Ok(response.item.map_or(0, |item| parse_count(&item)))
    }

    /// Returns the end of the current window of this length.
    pub fn rate_window_end(&self, window: Duration) -> Timestamp {
        Timestamp::from_second(self.rate_window("", window).end).unwrap_or(Timestamp::MAX)
    }

    fn rate_window(&self, subject: &str, window: Duration) -> RateWindow {
        let length = i64::try_from(window.as_secs()).unwrap_or(i64::MAX).max(1);
        let index = self.clock.now().as_second() / length;
        RateWindow { key: Key::rate(subject, index), end: (index + 1) * length, length }
    }
}

fn parse_count(item: &Item) -> u64 {
    match item.get("count") {
        Some(AttributeValue::N(count)) => count.parse().unwrap_or(u64::MAX),
        _ => u64::MAX,
    }
}
