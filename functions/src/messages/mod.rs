//! Messages: received, sent, tried again, listed, shown, redacted, and what became of them.

pub mod attachments;
pub mod check;
pub mod get;
pub mod list;
pub mod receive;
pub mod record_delivery;
pub mod redact;
pub mod retry;
pub mod send;
pub mod send_check;

use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::ids::Ulid;
use shared::lambda::Function;
use shared::message::Message;

use crate::app::App;
use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[
    http("receive-message", "POST", receive::PATH, receive::build),
    http(
        "record-delivery",
        "POST",
        "/twilio/deliveries/{conversation}/{message}",
        record_delivery::build,
    ),
    http("list-messages", "GET", "/api/conversations/{id}/messages", list::build),
    http("get-message", "GET", "/api/conversations/{id}/messages/{message}", get::build),
    http("send-message", "POST", "/api/conversations/{id}/messages", send::build),
    http("retry-message", "POST", "/api/conversations/{id}/messages/{message}/retry", retry::build),
    http("check-message", "POST", "/api/conversations/{id}/messages/check", check::build),
    http(
        "redact-message",
        "POST",
        "/api/conversations/{id}/messages/{message}/redact",
        redact::build,
    ),
];

/// A message of a conversation that is on the desk; one that was deleted looks as if it had never been.
pub async fn visible_message(app: &App, conversation: &Conversation, id: &str) -> Result<Message> {
    let id = Ulid::from_string(id).map_err(|_| Error::message_not_found())?;
    if conversation.deleted_through.is_some_and(|deleted_through| id <= deleted_through) {
        return Err(Error::message_not_found());
    }
    app.store.get_message(&conversation.id, id).await?.ok_or_else(Error::message_not_found)
}
