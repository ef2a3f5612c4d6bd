//! Dedup records: the rows that make a write happen once.

use serde::{Deserialize, Serialize};

use super::client::Store;
use super::keys::Key;
use super::row::{Item, from_item};
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::ids::MessageId;
use crate::message::Message;
use crate::sid::MessageSid;

/// A dedup record: the message that was stored under a SID or an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DedupRecord {
    /// The conversation.
    pub(super) conversation_id: ConversationId,
    /// The message.
    pub(super) message_id: MessageId,
}

impl DedupRecord {
    /// Returns the record of `message`.
    pub(super) fn for_message(message: &Message) -> Self {
        Self { conversation_id: message.conversation.clone(), message_id: message.id }
    }

    /// Decodes the existing record that made a condition fail.
    pub(super) fn from_existing(item: Option<&Item>) -> Result<Option<Self>> {
        item.cloned().map(from_item).transpose()
    }
}

impl Store {
    /// Returns conversation and ID of the message that Twilio knows as `sid`.
    pub async fn find_message_by_sid(
        &self,
        sid: &MessageSid,
    ) -> Result<Option<(ConversationId, MessageId)>> {
        let record: Option<DedupRecord> = self.get(&Key::sid(sid)).await?;
        Ok(record.map(|record| (record.conversation_id, record.message_id)))
    }
}
