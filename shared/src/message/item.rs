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

/// The maximum length of a text at Twilio, in characters.
///
/// Counted in UTF-16 units, texts with emoji would be rejected too early.
pub const MAX_BODY_CHARACTERS: usize = 1600;

/// The result of creating a message at Twilio. Delivery statuses are kept separately, in `statuses`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SendResult {
    /// Twilio accepted the message.
    Accepted,
    /// Twilio rejected the message.
    Rejected {
        /// Twilio's error code.
        code: u32,
    },
    /// The look-up could not determine whether Twilio accepted the message.
    Unconfirmed,
}

/// A message as stored in the table, without the primary key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The message ID: a ULID that the server creates when it stores the message.
    pub id: MessageId,
    /// The conversation ID.
    pub conversation: ConversationId,
    /// The inbox of the conversation, so that permission checks need no further read.
    pub inbox: InboxName,
    /// The direction.
    pub direction: Direction,
    /// The business address.
    pub business: Address,
    /// The contact address.
    pub contact: Address,
    /// The display name of the user who sent it, for an outbound message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The text.
    pub body: String,
    /// The media, at most ten files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// What the message contains besides text and media.
    #[serde(default, skip_serializing_if = "MessageExtras::is_empty")]
    pub extras: MessageExtras,
    /// All reported delivery statuses.
    #[serde(default)]
    pub statuses: BTreeMap<DeliveryStatus, StatusRecord>,
    /// The result of creating the message at Twilio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_result: Option<SendResult>,
    /// The revision. Every write except a delivery status increases it by one.
    pub rev: u64,
    /// The SID at Twilio, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<MessageSid>,
    /// The idempotency key of the send, for an outbound message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<IdempotencyKey>,
    /// The new message that a retry of this one created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retried_by: Option<MessageId>,
    /// The number of segments, as Twilio counted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<u32>,
    /// The price, once Twilio has reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Whether a message from an RCS sender was sent as an SMS.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sms_fallback: bool,
    /// Whether the text and media were deleted, here and at Twilio.
    #[serde(default, skip_serializing_if = "is_false")]
    pub redacted: bool,
}

impl Message {
    /// Returns the time at which the message was stored, from its ULID.
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

    /// Returns the status that the UI shows.
    ///
    /// It follows from the delivery statuses, the send result and the state of the outbox entry.
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

    /// Returns a copy without content.
    ///
    /// The quoted reply, the forwarded mark and the consent keyword stay.
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

    /// Returns whether a media file is pending and its URL at Twilio is known.
    pub fn has_fetchable_media(&self) -> bool {
        self.media.iter().any(|media| matches!(media, Media::Pending { .. }))
    }

    /// Returns whether a media file is pending and its URL at Twilio is not known.
    pub fn has_unresolved_media(&self) -> bool {
        self.media.iter().any(Media::needs_look_up)
    }

    /// Returns whether the send has failed, so that the message may be sent again.
    pub fn is_retryable(&self) -> bool {
        !self.redacted && DisplayStatus::FAILED.contains(&self.display_status(None))
    }

    /// Returns the error code of the status that counts, or of the rejection.
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
