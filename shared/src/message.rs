//! A message: its text, what Twilio said of it, and what we know of it ourselves.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;
use utoipa::ToSchema;

use crate::address::Address;
use crate::conversation::ConversationId;
use crate::intent::IntentState;
use crate::media::{Media, MediaState};
pub use crate::message_label::{MessageError, MessageLabel};
pub use crate::message_view::MessageView;
use crate::particulars::{Particulars, Price};
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
    /// What comes with it, at most ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// What else came with it.
    #[serde(default, skip_serializing_if = "Particulars::none")]
    pub particulars: Particulars,
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
    /// What it cost, when Twilio has told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Sent by RCS, it went as an SMS.
    #[serde(default, skip_serializing_if = "is_false")]
    pub fell_back: bool,
    /// Its text and media were taken away, here and at Twilio.
    #[serde(default, skip_serializing_if = "is_false")]
    pub redacted: bool,
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

    /// The same message without anything that it said. What it answers and what it meant for consent stays.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let Particulars { reply_to, forwarded, opt_out, .. } = self.particulars.clone();
        Self {
            body: String::new(),
            media: Vec::new(),
            particulars: Particulars { reply_to, forwarded, opt_out, ..Particulars::default() },
            redacted: true,
            rev: self.rev + 1,
            ..self.clone()
        }
    }

    /// Whether something that came with it is still to be fetched, from where we know.
    pub fn waits_for_media(&self) -> bool {
        self.media.iter().any(|media| media.state == MediaState::Waiting && !media.is_announced())
    }

    /// Whether something that came with it is still to be found at Twilio.
    pub fn waits_for_addresses(&self) -> bool {
        self.media.iter().any(Media::is_announced)
    }

    /// Whether the send ended badly, so that it may be tried again.
    pub fn may_be_retried(&self) -> bool {
        !self.redacted
            && matches!(
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
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// The time in a ULID.
pub fn created_at(id: Ulid) -> Timestamp {
    i64::try_from(id.timestamp_ms())
        .ok()
        .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok())
        .unwrap_or_default()
}
