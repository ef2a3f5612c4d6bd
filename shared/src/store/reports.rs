//! Twilio's word on a message of ours: merged, whatever comes how often in which order.

use ulid::Ulid;

use super::Store;
use super::change::Change;
use super::conversations::partition;
use super::messages::message_sort;
use super::row::{decode, number, text, value};
use crate::address::Channel;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::message::{Message, created_at};
use crate::particulars::Price;
use crate::sid::MessageSid;
use crate::status::{MessageStatus, Seen};

/// What Twilio reports on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Twilio's SID of it.
    pub sid: MessageSid,
    /// What has become of it.
    pub status: MessageStatus,
    /// When we heard of it, and the error code with it.
    pub seen: Seen,
    /// The channel that it was sent by in the end, where that was told.
    pub sent_by: Option<Channel>,
    /// How many segments were counted, where that was told.
    pub segments: Option<u32>,
    /// What it cost, where that was told.
    pub price: Option<Price>,
}

impl Report {
    /// A report that tells the status alone.
    pub fn of(sid: MessageSid, status: MessageStatus, seen: Seen) -> Self {
        Self { sid, status, seen, sent_by: None, segments: None, price: None }
    }
}

impl Store {
    /// Adds Twilio's word on a message of ours, and learns what it tells of the contact. False if there is no such message
    /// (any more): nothing is revived, and a message of the contact's is left alone.
    pub async fn record_report(
        &self,
        conversation: &ConversationId,
        id: Ulid,
        report: &Report,
    ) -> Result<bool> {
        let changed = Change::of(&self.table, partition(conversation), message_sort(id))
            .update(
                "SET seen.#status = if_not_exists(seen.#status, :seen), \
                 sid = if_not_exists(sid, :sid)",
            )
            .when("attribute_exists(pk) AND #direction = :outbound")
            .name("#status", report.status.as_str())
            .name("#direction", "direction")
            .value(":outbound", text("outbound"))
            .value(":seen", value(report.seen)?)
            .value(":sid", text(report.sid.as_str()))
            .write(self, "table.update")
            .await?;
        let Some(item) = changed else { return Ok(false) };
        self.record_details(&decode(item)?, report).await?;
        if let Some(code) = report.seen.code {
            self.learn(conversation, created_at(id), code).await?;
        }
        Ok(true)
    }

    /// What a report tells beside the status, where the message lacks it. Most tell nothing.
    async fn record_details(&self, message: &Message, report: &Report) -> Result<()> {
        let fell_back = message.business.channel() == Channel::Rcs
            && report.sent_by == Some(Channel::Sms)
            && !message.fell_back;
        let segments = report.segments.filter(|_| message.segments.is_none());
        let price = report.price.as_ref().filter(|_| message.price.is_none());
        let mut sets = Vec::new();
        let mut change =
            Change::of(&self.table, partition(&message.conversation), message_sort(message.id))
                .when("attribute_exists(pk)")
                .value(":one", number(1));
        if fell_back {
            sets.push("fell_back = :yes");
            change = change.value(":yes", value(true)?);
        }
        if let Some(segments) = segments {
            // "segments" is a reserved word.
            sets.push("#segments = :segments");
            change = change.name("#segments", "segments").value(":segments", number(segments));
        }
        if let Some(price) = price {
            sets.push("price = :price");
            change = change.value(":price", value(price)?);
        }
        if sets.is_empty() {
            return Ok(());
        }
        let update = format!("SET {} ADD rev :one", sets.join(", "));
        change.update(&update).write(self, "table.update").await.map(|_| ())
    }
}
