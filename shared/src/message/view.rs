//! A message, as the API and the socket show it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::media::MediaView;
use crate::message::delivery_status::{DeliveryStatus, StatusRecord};
use crate::message::extras::{MessageExtras, Price};
use crate::message::{Direction, DisplayStatus, Message, MessageError, SendResult};
use crate::outbox::OutboxEntryView;

/// A message, as the API and the socket show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageView {
    /// A ULID: sorts by time.
    pub message_id: String,
    /// Its conversation.
    pub conversation_id: String,
    /// Whose it is.
    pub direction: Direction,
    /// Our address.
    pub twilio_number: String,
    /// The contact's address.
    pub mobile_number: String,
    /// Who wrote it, outbound.
    pub author: Option<String>,
    /// The text.
    pub body: String,
    /// What comes with it, in order.
    pub media: Vec<MediaView>,
    /// What else came with it.
    pub extras: MessageExtras,
    /// When we received it.
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
    /// Grows by one with every write but a status.
    pub rev: u64,
    /// What Twilio said of it, and when: merged, never replaced.
    #[schema(value_type = BTreeMap<String, StatusRecord>)]
    pub statuses: BTreeMap<DeliveryStatus, StatusRecord>,
    /// Our own word on the send.
    pub send_result: Option<SendResult>,
    /// The send that is still to be done.
    pub outbox: Option<OutboxEntryView>,
    /// The message that was sent in its stead.
    pub retried_by: Option<String>,
    /// The browser's key of the click.
    pub idempotency_key: Option<String>,
    /// Twilio's SID, when known.
    pub sid: Option<String>,
    /// The one label that people see.
    pub status: DisplayStatus,
    /// Why it failed.
    pub error: Option<MessageError>,
    /// How many segments Twilio counted.
    pub segments: Option<u32>,
    /// What it cost, when Twilio has told.
    pub price: Option<Price>,
    /// Sent by RCS, it went as an SMS.
    pub sms_fallback: bool,
    /// Its text and media were taken away.
    pub redacted: bool,
}

impl Message {
    /// How the API shows it, with the state of its intent.
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
