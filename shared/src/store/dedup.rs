//! Dedup records: the rows that make a write happen once.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::client::Store;
use super::items::Reads;
use super::keys::{Key, sid_of};
use super::row::{Item, from_item, get_str};
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

    /// Returns conversation and ID of the messages that Twilio knows by these SIDs, as far as they are stored.
    pub async fn find_messages_by_sid(
        &self,
        sids: &BTreeSet<MessageSid>,
    ) -> Result<HashMap<MessageSid, (ConversationId, MessageId)>> {
        let keys: Vec<Key> = sids.iter().map(Key::sid).collect();
        let items = self.get_all(&keys, Reads::Consistent).await?;
        let found = items.into_iter().map(|item| {
            let sid = get_str(&item, "pk").and_then(sid_of);
            let record: DedupRecord = from_item(item)?;
            Ok(sid.map(|sid| (sid, (record.conversation_id, record.message_id))))
        });
        found.filter_map(Result::transpose).collect()
    }
}
