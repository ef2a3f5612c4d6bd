//! Stores delivery reports. The result does not depend on their order or repetition.

use super::client::Store;
use super::expression::{equals, exists};
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::row::{attr_n, attr_s, from_item, to_attr};
use crate::address::Channel;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::ids::MessageId;
use crate::message::Message;
use crate::message::delivery_status::{DeliveryStatus, StatusRecord};
use crate::message::extras::Price;
use crate::sid::MessageSid;

/// A delivery report about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// The message's SID.
    pub sid: MessageSid,
    /// The delivery status.
    pub status: DeliveryStatus,
    /// The time of the report and its error code.
    pub record: StatusRecord,
    /// The channel on which the message was finally sent, if the report tells it.
    pub sent_by: Option<Channel>,
    /// The number of segments, if the report tells it.
    pub segments: Option<u32>,
    /// The price, if the report tells it.
    pub price: Option<Price>,
}

impl DeliveryReport {
    /// Creates a report with a status only.
    pub fn new(sid: MessageSid, status: DeliveryStatus, record: StatusRecord) -> Self {
        Self { sid, status, record, sent_by: None, segments: None, price: None }
    }
}

impl Store {
    /// Adds a delivery report to an outbound message and applies what it says about the contact. Returns `false` if there
    /// is no such message.
    pub async fn record_delivery(
        &self,
        conversation: &ConversationId,
        id: MessageId,
        report: &DeliveryReport,
    ) -> Result<bool> {
        let status = format!("statuses.{}", report.status.as_str());
        let changed = ItemUpdate::new(Key::message(conversation, id))
            .set_if_absent(&status, to_attr(report.record)?)
            .set_if_absent("sid", attr_s(report.sid.as_str()))
            .require(exists("pk"))
            .require(equals("direction", attr_s("outbound")))
            .execute(self, "table.update")
            .await?;
        let Some(item) = changed else { return Ok(false) };
        self.record_delivery_details(&from_item(item)?, report).await?;
        if let Some(code) = report.record.error_code {
            self.apply_error_code(conversation, id.time(), code).await?;
        }
        Ok(true)
    }

    /// Stores the details of a report that the message lacks. Most reports have none.
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
        let update = ItemUpdate::new(Key::message(&message.conversation, message.id))
            .set_some("sms_fallback", sms_fallback.then(|| to_attr(true)).transpose()?)
            .set_some("segments", segments.map(attr_n))
            .set_some("price", price.map(to_attr).transpose()?);
        if update.sets_nothing() {
            return Ok(());
        }
        let update = update.increment("rev").require(exists("pk"));
        update.execute(self, "table.update").await.map(|_| ())
    }
}
