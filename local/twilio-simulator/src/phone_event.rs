//! The live events of the Phones page, and the JSON of messages, phones and files.

use std::sync::Arc;

use serde_json::{Value, json};

use super::extras::Media;
use super::message::{Direction, Message, Status};
use super::store::phones::Phone;

/// A live event of the Phones page: its name and its data.
#[derive(Debug, Clone)]
pub(super) struct PhoneEvent {
    /// The name of the event.
    pub(super) name: &'static str,
    /// The data as JSON.
    pub(super) data: Arc<str>,
}

impl PhoneEvent {
    /// Returns the event of a new or changed message.
    pub(super) fn message(message: &Message) -> Self {
        Self { name: "message", data: message_view(message).to_string().into() }
    }

    /// Returns the event of a new or changed phone.
    pub(super) fn phone(phone: &Phone) -> Self {
        Self { name: "phone", data: phone_view(phone).to_string().into() }
    }

    /// Returns the event of a phone that is no longer shown.
    pub(super) fn phone_removed(number: &str) -> Self {
        Self { name: "gone", data: json!({ "number": number }).to_string().into() }
    }
}

/// Returns a phone as the page shows it.
pub(super) fn phone_view(phone: &Phone) -> Value {
    json!({
        "number": phone.number,
        "name": phone.name,
        "airplane": phone.airplane,
        "condition": phone.condition,
        "added_at": phone.added_at,
    })
}

/// Returns a message as the phone shows it.
///
/// `state` is `sending`, `stored` (the webhook returned 2xx, after `stored_ms`) or `failed` for messages of the phone,
/// `arrived` for messages to it.
pub(super) fn message_view(message: &Message) -> Value {
    let (_, number) = message.customer_and_sender();
    let inbound = message.direction == Direction::Inbound;
    let was_stored = message
        .webhook_result
        .map(|answer| answer.status.is_some_and(|status| (200..300).contains(&status)));
    let state = match was_stored {
        _ if !inbound => "arrived",
        None => "sending",
        Some(true) => "stored",
        Some(false) => "failed",
    };
    json!({
        "sid": message.sid,
        "seq": message.seq,
        "phone": message.phone(),
        "number": number,
        "from_phone": inbound,
        "body": message.body,
        "media": message.extras.media.iter().map(file_view).collect::<Vec<_>>(),
        "extras": message.extras.app_extras,
        "read": message.status == Status::Read,
        "at": if inbound { message.created_at } else { message.sent_at.unwrap_or(message.updated_at) },
        "state": state,
        "answer_status": message.webhook_result.and_then(|answer| answer.status),
        "stored_ms": message.webhook_result.map(|answer| answer.millis),
    })
}

/// Returns a file as the page shows it.
pub(super) fn file_view(file: &Media) -> Value {
    json!({
        "sid": file.sid,
        "content_type": file.content_type,
        "name": file.name,
        "size": file.size,
    })
}
