//! Twilio's word on a message of ours: merged, whatever comes how often in which order.

use ulid::Ulid;

use super::client::Store;
use super::conversations::conversation_pk;
use super::item_update::ItemUpdate;
use super::messages::message_sk;
use super::row::{attr_n, attr_s, from_item, to_attr};
use crate::address::Channel;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::message::delivery_status::{DeliveryStatus, StatusRecord};
use crate::message::extras::Price;
use crate::message::{Message, ulid_time};
use crate::sid::MessageSid;

/// What Twilio reports on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Twilio's SID of it.
    pub sid: MessageSid,
    /// What has become of it.
    pub status: DeliveryStatus,
    /// When we heard of it, and the error code with it.
    pub record: StatusRecord,
    /// The channel that it was sent by in the end, where that was told.
    pub sent_by: Option<Channel>,
    /// How many segments were counted, where that was told.
    pub segments: Option<u32>,
    /// What it cost, where that was told.
    pub price: Option<Price>,
}

impl DeliveryReport {
    /// A report that tells the status alone.
    pub fn new(sid: MessageSid, status: DeliveryStatus, record: StatusRecord) -> Self {
        Self { sid, status, record, sent_by: None, segments: None, price: None }
    }
}

impl Store {
    /// Adds Twilio's word on a message of ours, and learns what it tells of the contact. False if there is no such message
    /// (any more): nothing is revived, and a message of the contact's is left alone.
    pub async fn record_delivery(
        &self,
        conversation: &ConversationId,
        id: Ulid,
        report: &DeliveryReport,
    ) -> Result<bool> {
        let changed = ItemUpdate::new(&self.table, conversation_pk(conversation), message_sk(id))
            .expression(
                "SET statuses.#status = if_not_exists(statuses.#status, :record), \
                 sid = if_not_exists(sid, :sid)",
            )
            .condition("attribute_exists(pk) AND #direction = :outbound")
            .name("#status", report.status.as_str())
            .name("#direction", "direction")
            .value(":outbound", attr_s("outbound"))
            .value(":record", to_attr(report.record)?)
            .value(":sid", attr_s(report.sid.as_str()))
            .execute(self, "table.update")
            .await?;
        let Some(item) = changed else { return Ok(false) };
        self.record_delivery_details(&from_item(item)?, report).await?;
        if let Some(code) = report.record.error_code {
            self.apply_error_code(conversation, ulid_time(id), code).await?;
        }
        Ok(true)
    }

    /// What a report tells beside the status, where the message lacks it. Most tell nothing.
    async fn record_delivery_details(
        &self,
        message: &Message,
        report: &DeliveryReport,
    ) -> Result<()> {
        let sms_fallback = message.business.channel() == Channel::Rcs
            && report.sent_by == Some(Channel::Sms)
            && !message.sms_fallback;
        let segments = report.segments.filter(|_| message.segments.is_none());
        let price = report.price.as_ref().filter(|_| message.price.is_none());
        let mut sets = Vec::new();
        let mut change = ItemUpdate::new(
            &self.table,
            conversation_pk(&message.conversation),
            message_sk(message.id),
        )
        .condition("attribute_exists(pk)")
        .value(":one", attr_n(1));
        if sms_fallback {
            sets.push("sms_fallback = :yes");
            change = change.value(":yes", to_attr(true)?);
        }
        if let Some(segments) = segments {
            // "segments" is a reserved word.
            sets.push("#segments = :segments");
            change = change.name("#segments", "segments").value(":segments", attr_n(segments));
        }
        if let Some(price) = price {
            sets.push("price = :price");
            change = change.value(":price", to_attr(price)?);
        }
        if sets.is_empty() {
            return Ok(());
        }
        let update = format!("SET {} ADD rev :one", sets.join(", "));
        change.expression(&update).execute(self, "table.update").await.map(|_| ())
    }
}
