//! A message as stored in the table.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::address::Address;
use crate::conversation::{ConversationId, Preview, preview};
use crate::direction::Direction;
use crate::idempotency_key::IdempotencyKey;
use crate::ids::MessageId;
use crate::inbox_name::InboxName;
use crate::media::{Media, MediaKind};
use crate::message::delivery_status::{DeliveryStatus, StatusRecord};
use crate::message::display_status::DisplayStatus;
use crate::message::extras::{MessageExtras, Price};
use crate::outbox::OutboxState;
use crate::sid::MessageSid;

/// The longest text that Twilio takes, in characters (UTF-16 units would refuse emoji too early).
pub const MAX_BODY_CHARACTERS: usize = 1600;

/// Our own word on a send, apart from Twilio's (`seen`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SendResult {
    /// Twilio took it.
    Accepted,
    /// Twilio refused to take it.
    Rejected {
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
    pub id: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its inbox, so that scope needs no read.
    pub inbox: InboxName,
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
    #[serde(default, skip_serializing_if = "MessageExtras::is_empty")]
    pub extras: MessageExtras,
    /// What Twilio said of it, and when.
    #[serde(default)]
    pub statuses: BTreeMap<DeliveryStatus, StatusRecord>,
    /// Our own word on the send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_result: Option<SendResult>,
    /// Grows by one with every write but a status.
    pub rev: u64,
    /// Twilio's SID, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<MessageSid>,
    /// The browser's key of the click, outbound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<IdempotencyKey>,
    /// The message that was sent in its stead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retried_by: Option<MessageId>,
    /// How many segments Twilio counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<u32>,
    /// What it cost, when Twilio has told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Sent by RCS, it went as an SMS.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sms_fallback: bool,
    /// Its text and media were taken away, here and at Twilio.
    #[serde(default, skip_serializing_if = "is_false")]
    pub redacted: bool,
}

impl Message {
    /// When it was received by us: the time in its key.
    pub fn created_at(&self) -> Timestamp {
        self.id.time()
    }

    /// Returns the preview of this message for the conversation list.
    pub fn preview(&self) -> Preview {
        // A location without text is shown by its label or address.
        let location = self.extras.location.as_ref();
        let shown = location.and_then(|place| place.label.as_ref().or(place.address.as_ref()));
        let body = shown.filter(|_| self.body.is_empty()).unwrap_or(&self.body);
        let first = self.media.first();
        Preview {
            body: preview::shorten(body),
            direction: self.direction,
            media: first.map(|media| MediaKind::from_content_type(media.content_type())),
            media_count: self.media.len(),
        }
    }

    /// The one label that people see, from Twilio's word, ours, and the state of its intent.
    pub fn display_status(&self, outbox_state: Option<OutboxState>) -> DisplayStatus {
        if self.direction == Direction::Inbound {
            return DisplayStatus::Received;
        }
        if let Some(status) = DeliveryStatus::highest(&self.statuses) {
            return DisplayStatus::from_delivery_status(status);
        }
        match (self.send_result, outbox_state) {
            (Some(SendResult::Rejected { .. }), _) => DisplayStatus::Rejected,
            (Some(SendResult::Unconfirmed), _) => DisplayStatus::Unconfirmed,
            (None, Some(OutboxState::Unknown)) => DisplayStatus::Unknown,
            (Some(SendResult::Accepted) | None, _) => DisplayStatus::Queued,
        }
    }

    /// The same message without anything that it said. What it answers and what it meant for consent stays.
    #[must_use]
    pub fn redacted_copy(&self) -> Self {
        let MessageExtras { reply_to, forwarded, opt_out, .. } = self.extras.clone();
        Self {
            body: String::new(),
            media: Vec::new(),
            extras: MessageExtras { reply_to, forwarded, opt_out, ..MessageExtras::default() },
            redacted: true,
            rev: self.rev + 1,
            ..self.clone()
        }
    }

    /// Whether something that came with it is still to be fetched, from where we know.
    pub fn has_fetchable_media(&self) -> bool {
        self.media.iter().any(|media| matches!(media, Media::Pending { .. }))
    }

    /// Whether something that came with it is still to be found at Twilio.
    pub fn has_unresolved_media(&self) -> bool {
        self.media.iter().any(Media::needs_look_up)
    }

    /// Whether the send ended badly, so that it may be tried again.
    pub fn is_retryable(&self) -> bool {
        !self.redacted && DisplayStatus::FAILED.contains(&self.display_status(None))
    }

    /// The code that says why it failed.
    pub fn error_code(&self) -> Option<u32> {
        if let Some(status) = DeliveryStatus::highest(&self.statuses) {
            return self.statuses.get(&status).and_then(|record| record.error_code);
        }
        match self.send_result {
            Some(SendResult::Rejected { code }) => Some(code),
            _ => None,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The page runs the same cases.
    const CASES: &str = include_str!("../../../tests/vectors/display_status.json");

    #[derive(Deserialize)]
    struct Case {
        name: String,
        direction: Direction,
        statuses: BTreeMap<DeliveryStatus, StatusRecord>,
        send_result: Option<SendResult>,
        outbox_state: Option<OutboxState>,
        display_status: DisplayStatus,
        error_code: Option<u32>,
    }

    fn message(case: &Case) -> Message {
        let template: Value = serde_json::json!({
            "id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "conversation": "a".repeat(26), "inbox": "main",
            "direction": case.direction, "business": "+18555080989", "contact": "+12065550100",
            "body": "Hello", "statuses": case.statuses, "rev": 1,
        });
        Message { send_result: case.send_result, ..serde_json::from_value(template).unwrap() }
    }

    #[test]
    fn the_display_status_follows_reports_send_result_and_outbox_state() {
        let cases: Vec<Case> = serde_json::from_str(CASES).unwrap();
        assert!(cases.len() > 30);
        for case in cases {
            let message = message(&case);
            assert_eq!(
                message.display_status(case.outbox_state),
                case.display_status,
                "{}",
                case.name
            );
            assert_eq!(message.error_code(), case.error_code, "{}", case.name);
        }
    }
}
