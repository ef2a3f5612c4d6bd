//! Counters of what somebody does in a stretch of time, in `Connections`.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::Store;
use super::change::Change;
use super::row::{Item, number, text};
use super::write::always;
use crate::error::Result;

/// A stretch of time and its counter.
struct Slot {
    partition: String,
    end: i64,
    length: i64,
}

impl Store {
    /// Counts one more of `what` in the present window, and tells how many there are by now.
    pub async fn count(&self, what: &str, window: Duration) -> Result<u64> {
        let slot = self.slot(what, window);
        let changed = Change::of(&self.connections, slot.partition, "RATE")
            .update("ADD #count :one SET expires_at = :end")
            .name("#count", "count")
            .value(":one", number(1))
            .value(":end", number(slot.end + slot.length))
            .write(self, "connections.update")
            .await?;
        Ok(changed.map_or(u64::MAX, |item| counted(&item)))
    }

    /// How many of `what` were counted in the present window.
    pub async fn counted(&self, what: &str, window: Duration) -> Result<u64> {
        let slot = self.slot(what, window);
        let call = self.client.get_item().table_name(&*self.connections);
        let call = call.key("pk", text(slot.partition)).key("sk", text("RATE"));
        let answer = always(self.single("connections.get", || call.clone().send()).await)?;
        Ok(answer.item.map_or(0, |item| counted(&item)))
    }

    /// When the present window of this length ends.
    pub fn window_ends(&self, window: Duration) -> Timestamp {
        Timestamp::from_second(self.slot("", window).end).unwrap_or(Timestamp::MAX)
    }

    fn slot(&self, what: &str, window: Duration) -> Slot {
        let length = i64::try_from(window.as_secs()).unwrap_or(i64::MAX).max(1);
        let slot = self.clock.now().as_second() / length;
        Slot { partition: format!("RATE#{what}#{slot}"), end: (slot + 1) * length, length }
    }
}

fn counted(item: &Item) -> u64 {
    match item.get("count") {
        Some(AttributeValue::N(count)) => count.parse().unwrap_or(u64::MAX),
        _ => u64::MAX,
    }
}
