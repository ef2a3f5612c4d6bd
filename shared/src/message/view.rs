//! A message as returned by the API and in live events.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::media::MediaView;
use crate::message::delivery_status::{DeliveryStatus, StatusRecord};
use crate::message::extras::{MessageExtras, Price};
use crate::message::{Direction, DisplayStatus, Message, MessageError, SendResult};
use crate::outbox::OutboxEntryView;

/// A message as returned by the API and in live events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageView {
    /// The message ID: a ULID, which sorts by time.
    pub message_id: String,
    /// The conversation ID.
    pub conversation_id: String,
    /// The direction.
    pub direction: Direction,
    /// The business address, as Twilio writes it.
    pub twilio_number: String,
    /// The contact address, as Twilio writes it.
    pub mobile_number: String,
    /// The display name of the user who sent it, for an outbound message.
    pub author: Option<String>,
    /// The text.
    pub body: String,
    /// The media, in order.
    pub media: Vec<MediaView>,
    /// What the message contains besides text and media.
    pub extras: MessageExtras,
    /// The time at which the message was stored.
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
    /// The revision. Every write except a delivery status increases it by one.
    pub rev: u64,
    /// All reported delivery statuses. A new report is merged in and never removes an earlier one.
    #[schema(value_type = BTreeMap<String, StatusRecord>)]
    pub statuses: BTreeMap<DeliveryStatus, StatusRecord>,
    /// The result of creating the message at Twilio.
    pub send_result: Option<SendResult>,
    /// The outbox entry, while the message has not been sent.
    pub outbox: Option<OutboxEntryView>,
    /// The ID of the new message that a retry of this one created.
    pub retried_by: Option<String>,
    /// The idempotency key of the send, for an outbound message.
    pub idempotency_key: Option<String>,
    /// The SID at Twilio, if known.
    pub sid: Option<String>,
    /// The status that the UI shows.
    pub status: DisplayStatus,
    /// The explanation of the error, if the message failed.
    pub error: Option<MessageError>,
    /// The number of segments, as Twilio counted them.
    pub segments: Option<u32>,
    /// The price, once Twilio has reported it.
    pub price: Option<Price>,
    /// Whether a message from an RCS sender was sent as an SMS.
    pub sms_fallback: bool,
    /// Whether the text and media were deleted.
    pub redacted: bool,
}

impl Message {
    /// Returns the message as the API returns it, with its outbox entry.
    pub fn view(&self, outbox: Option<OutboxEntryView>) -> MessageView {
        let status = self.display_status(outbox.as_ref().map(|entry| entry.state));
        MessageView {
            message_id: self.id.to_string(),
            conversation_id: self.conversation.to_string(),
            direction: self.direction,
            twilio_number: self.business.to_string(),
            mobile_number: self.contact.to_string(),
            author: self.author.clone(),
            body: self.body.clone(),
            media: self.media.iter().enumerate().map(|(index, media)| media.view(index)).collect(),
            extras: self.extras.clone(),
            date_created: self.created_at(),
            rev: self.rev,
            statuses: self.statuses.clone(),
            send_result: self.send_result,
            outbox,
            retried_by: self.retried_by.map(|id| id.to_string()),
            idempotency_key: self.idempotency_key.as_ref().map(ToString::to_string),
            sid: self.sid.as_ref().map(ToString::to_string),
            status,
            error: self.error_code().map(MessageError::from_code),
            segments: self.segments,
            price: self.price.clone(),
            sms_fallback: self.sms_fallback,
            redacted: self.redacted,
        }
    }
}
