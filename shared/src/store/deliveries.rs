//! Stores delivery reports. The result does not depend on their order or repetition.

use super::client::Store;
use super::expression::{absent, equals, exists};
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::row::{attr_n, attr_s, from_item, to_attr};
use crate::address::Channel;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::ids::MessageId;
use crate::message::delivery_status::{DeliveryStatus, StatusRecord};
use crate::message::extras::Price;
use crate::message::{Direction, Message};
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

/// The outcome of recording a delivery report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// Recorded now or before.
    Recorded,
    /// There is no such outbound message.
    UnknownMessage,
    /// The report is about another message, or its status is one of inbound messages. Nothing changed.
    OtherMessage,
}

impl Store {
    /// Adds a delivery report to an outbound message and applies what it says about the contact.
    ///
    /// The SID must be the message's own, or new: a report that names another message would complete a send that Twilio
    /// never accepted.
    pub async fn record_delivery(
        &self,
        conversation: &ConversationId,
        id: MessageId,
        report: &DeliveryReport,
    ) -> Result<DeliveryOutcome> {
        let known = self.find_message_by_sid(&report.sid).await?;
        let is_other = known.is_some_and(|known| known != (conversation.clone(), id));
        if is_other || report.status.is_inbound() {
            return Ok(DeliveryOutcome::OtherMessage);
        }
        let sid = attr_s(report.sid.as_str());
        let status = format!("statuses.{}", report.status.as_str());
        let changed = ItemUpdate::new(Key::message(conversation, id))
            .set_if_absent(&status, to_attr(report.record)?)
            .set_if_absent("sid", sid.clone())
            .require(absent("sid").or(equals("sid", sid)))
            .require(exists("pk"))
            .require(equals("direction", attr_s("outbound")))
            .execute(self, "table.update")
            .await?;
        let Some(item) = changed else {
            let message = self.get_message(conversation, id).await?;
            let is_outbound = |message: &Message| message.direction == Direction::Outbound;
            return Ok(match message.filter(is_outbound) {
                Some(_) => DeliveryOutcome::OtherMessage,
                None => DeliveryOutcome::UnknownMessage,
            });
        };
        self.record_delivery_details(&from_item(item)?, report).await?;
        if let Some(code) = report.record.error_code {
            self.apply_error_code(conversation, id.time(), code).await?;
        }
        Ok(DeliveryOutcome::Recorded)
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
