//! Counters of what somebody does in a stretch of time, in `Connections`.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::client::Store;
use super::item_update::ItemUpdate;
use super::row::{Item, attr_n, attr_s};
use super::write::unconditional;
use crate::error::Result;

/// A stretch of time and its counter.
struct RateWindow {
    pk: String,
    end: i64,
    length: i64,
}

impl Store {
    /// Counts one more of `what` in the present window, and tells how many there are by now.
    pub async fn increment_rate(&self, subject: &str, window: Duration) -> Result<u64> {
        let rate_window = self.rate_window(subject, window);
        let changed = ItemUpdate::new(&self.connections, rate_window.pk, "RATE")
            .expression("ADD #count :one SET expires_at = :end")
            .name("#count", "count")
            .value(":one", attr_n(1))
            .value(":end", attr_n(rate_window.end + rate_window.length))
            .execute(self, "connections.update")
            .await?;
        Ok(changed.map_or(u64::MAX, |item| parse_count(&item)))
    }

    /// How many of `what` were counted in the present window.
    pub async fn get_rate(&self, subject: &str, window: Duration) -> Result<u64> {
        let rate_window = self.rate_window(subject, window);
        let call = self.client.get_item().table_name(&*self.connections);
        let call = call.key("pk", attr_s(rate_window.pk)).key("sk", attr_s("RATE"));
        let response = unconditional(self.call("connections.get", || call.clone().send()).await)?;
        Ok(response.item.map_or(0, |item| parse_count(&item)))
    }

    /// When the present window of this length ends.
    pub fn rate_window_end(&self, window: Duration) -> Timestamp {
        Timestamp::from_second(self.rate_window("", window).end).unwrap_or(Timestamp::MAX)
    }

    fn rate_window(&self, subject: &str, window: Duration) -> RateWindow {
        let length = i64::try_from(window.as_secs()).unwrap_or(i64::MAX).max(1);
        let index = self.clock.now().as_second() / length;
        RateWindow { pk: format!("RATE#{subject}#{index}"), end: (index + 1) * length, length }
    }
}

fn parse_count(item: &Item) -> u64 {
    match item.get("count") {
        Some(AttributeValue::N(count)) => count.parse().unwrap_or(u64::MAX),
        _ => u64::MAX,
    }
}
