//! A message, as the API and the socket show it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::intent::IntentView;
use crate::media::MediaView;
use crate::message::{Direction, Message, MessageError, MessageLabel, Outcome};
use crate::particulars::{Particulars, Price};
use crate::status::{MessageStatus, Seen};

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
    pub particulars: Particulars,
    /// When we received it.
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
    /// Grows by one with every write but a status.
    pub rev: u64,
    /// What Twilio said of it, and when: merged, never replaced.
    #[schema(value_type = BTreeMap<String, Seen>)]
    pub seen: BTreeMap<MessageStatus, Seen>,
    /// Our own word on the send.
    pub outcome: Option<Outcome>,
    /// The send that is still to be done.
    pub intent: Option<IntentView>,
    /// The message that was sent in its stead.
    pub retried_by: Option<String>,
    /// The browser's key of the click.
    pub idempotency_key: Option<String>,
    /// Twilio's SID, when known.
    pub sid: Option<String>,
    /// The one label that people see.
    pub status: MessageLabel,
    /// Why it failed.
    pub error: Option<MessageError>,
    /// How many segments Twilio counted.
    pub segments: Option<u32>,
    /// What it cost, when Twilio has told.
    pub price: Option<Price>,
    /// Sent by RCS, it went as an SMS.
    pub fell_back: bool,
    /// Its text and media were taken away.
    pub redacted: bool,
}

impl Message {
    /// How the API shows it, with the state of its intent.
    pub fn view(&self, intent: Option<IntentView>) -> MessageView {
        let label = self.label(intent.as_ref().map(|intent| intent.state));
        MessageView {
            message_id: self.id.to_string(),
            conversation_id: self.conversation.to_string(),
            direction: self.direction,
            twilio_number: self.business.to_string(),
            mobile_number: self.contact.to_string(),
            author: self.author.clone(),
            body: self.body.clone(),
            media: self.media.iter().enumerate().map(|(index, media)| media.view(index)).collect(),
            particulars: self.particulars.clone(),
            date_created: self.created(),
            rev: self.rev,
            seen: self.seen.clone(),
            outcome: self.outcome,
            intent,
            retried_by: self.retried_by.map(|id| id.to_string()),
            idempotency_key: self.key.clone(),
            sid: self.sid.as_ref().map(ToString::to_string),
            status: label,
            error: self.error_code().map(MessageError::of),
            segments: self.segments,
            price: self.price.clone(),
            fell_back: self.fell_back,
            redacted: self.redacted,
        }
    }
}
