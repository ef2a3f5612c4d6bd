//! Messages: received, sent, tried again, listed, shown, redacted, and what became of them.

pub mod check;
pub mod deciding;
pub mod get;
pub mod list;
pub mod receive;
pub mod record_delivery;
pub mod redact;
pub mod retry;
pub mod send;
pub mod webhook;

use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::ids::Ulid;
use shared::message::Message;

use crate::app::App;

/// A message of a conversation that is on the desk; one that was deleted looks as if it had never been.
pub async fn message_of(app: &App, conversation: &Conversation, id: &str) -> Result<Message> {
    let id = Ulid::from_string(id).map_err(|_| Error::no_message())?;
    if conversation.cleared.is_some_and(|cleared| id <= cleared) {
        return Err(Error::no_message());
    }
    app.store.message(&conversation.id, id).await?.ok_or_else(Error::no_message)
}
