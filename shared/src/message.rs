//! A message: its text, what Twilio said of it, and what we know of it ourselves.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;
use utoipa::ToSchema;

use crate::address::Address;
use crate::conversation::ConversationId;
use crate::intent::{IntentState, IntentView};
pub use crate::message_label::{MessageError, MessageLabel};
use crate::sid::MessageSid;
use crate::status::{MessageStatus, Seen};

/// The longest text that Twilio takes, in characters (UTF-16 units would refuse emoji too early).
pub const LONGEST_BODY: usize = 1600;

/// Whose message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the contact to us.
    Inbound,
    /// From us to the contact.
    Outbound,
}

/// Our own word on a send, apart from Twilio's (`seen`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// Twilio took it.
    Sent,
    /// Twilio refused to take it.
    Refused {
        /// Twilio's error code.
        code: u32,
    },
    /// Whether Twilio took it could not be found out.
    Unconfirmed,
}

/// A message as it stands in the table (attributes beside the keys).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its key: a ULID made by the server at receipt.
    pub id: Ulid,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its inbox, so that scope needs no read.
    pub inbox: String,
    /// Whose it is.
    pub direction: Direction,
    /// Our address.
    pub business: Address,
    /// The contact's address.
    pub contact: Address,
    /// Who wrote it, outbound: the user's name for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The text.
    pub body: String,
    /// What Twilio said of it, and when.
    #[serde(default)]
    pub seen: BTreeMap<MessageStatus, Seen>,
    /// Our own word on the send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Grows by one with every write but a status.
    pub rev: u64,
    /// Twilio's SID, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<MessageSid>,
    /// The browser's key of the click, outbound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The message that was sent in its stead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retried_by: Option<Ulid>,
    /// How many segments Twilio counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<u32>,
}

impl Message {
    /// When it was received by us: the time in its key.
    pub fn created(&self) -> Timestamp {
        created_at(self.id)
    }

    /// The one label that people see, from Twilio's word, ours, and the state of its intent.
    pub fn label(&self, intent: Option<IntentState>) -> MessageLabel {
        if self.direction == Direction::Inbound {
            return MessageLabel::Received;
        }
        if let Some(status) = MessageStatus::highest(&self.seen) {
            return MessageLabel::of(status);
        }
        match (self.outcome, intent) {
            (Some(Outcome::Refused { .. }), _) => MessageLabel::Refused,
            (Some(Outcome::Unconfirmed), _) => MessageLabel::Unconfirmed,
            (None, Some(IntentState::Unknown)) => MessageLabel::Unknown,
            (Some(Outcome::Sent) | None, _) => MessageLabel::Queued,
        }
    }

    /// Whether the send ended badly, so that it may be tried again.
    pub fn may_be_retried(&self) -> bool {
        matches!(
            self.label(None),
            MessageLabel::Failed
                | MessageLabel::Undelivered
                | MessageLabel::Refused
                | MessageLabel::Unconfirmed
                | MessageLabel::Canceled
        )
    }

    /// The code that says why it failed.
    pub fn error_code(&self) -> Option<u32> {
        if let Some(status) = MessageStatus::highest(&self.seen) {
            return self.seen.get(&status).and_then(|seen| seen.code);
        }
        match self.outcome {
            Some(Outcome::Refused { code }) => Some(code),
            _ => None,
        }
    }

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
        }
    }
}

/// The time in a ULID.
pub fn created_at(id: Ulid) -> Timestamp {
    i64::try_from(id.timestamp_ms())
        .ok()
        .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok())
        .unwrap_or_default()
}

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
}
