//! User IDs: the conversation of a contact who writes with an ID instead of a phone number.

use serde::{Deserialize, Serialize};

use super::client::Store;
use super::keys::Key;
use super::transaction::Transaction;
use crate::address::Address;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::message::Message;

/// The conversation of a user ID, as stored.
#[derive(Serialize, Deserialize)]
struct UserId {
    conversation_id: ConversationId,
    /// The contact's address with the phone number.
    contact: Address,
}

/// Adds the conversation of a user ID to a transaction.
pub(super) fn put_user_id(
    transaction: &mut Transaction,
    user_id: &Address,
    message: &Message,
) -> Result<()> {
    let row =
        UserId { conversation_id: message.conversation.clone(), contact: message.contact.clone() };
    transaction.put(Key::user_id(user_id, &message.business), &row).map(|_| ())
}

impl Store {
    /// Moves a message from a user ID to the conversation with the phone number, if a message has named both.
    pub async fn resolve_user_id(&self, message: &mut Message) -> Result<()> {
        if !message.contact.is_user_id() {
            return Ok(());
        }
        let row: Option<UserId> =
            self.get(&Key::user_id(&message.contact, &message.business)).await?;
        if let Some(row) = row {
            message.conversation = row.conversation_id;
            message.contact = row.contact;
        }
        Ok(())
    }
}
