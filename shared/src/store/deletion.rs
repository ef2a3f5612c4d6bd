//! Deletes a conversation in one transaction and erases its messages in a job afterwards.

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::Serialize;

use super::client::Store;
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::meta::is_listed_with_rev;
use super::outbox::put_outbox_entry;
use super::search::search_terms;
use super::transaction::Transaction;
use crate::consent::Consent;
use crate::conversation::{Conversation, ConversationId, ConversationKind};
use crate::error::Result;
use crate::ids::{EntryId, MessageId};
use crate::inbox_name::InboxName;
use crate::message::Message;
use crate::outbox::{OutboxEntry, OutboxHome, OutboxKind, OutboxTarget};

/// The number of messages that one request of the erase job reads.
const ERASE_PAGE: usize = 100;

/// The number of messages that are erased concurrently.
const CONCURRENCY: usize = 8;

/// The META of a deleted conversation, without personal data.
#[derive(Serialize)]
struct Tombstone<'a> {
    kind: ConversationKind,
    inbox: &'a InboxName,
    rev: u64,
    deleted_through: MessageId,
    last_ulid: MessageId,
    /// An opt-out outlives the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    consent: Option<&'a Consent>,
}

impl Store {
    /// Deletes a conversation that still has `expected.rev`, and creates the job that erases its messages. Returns
    /// `false` if another write came first.
    pub async fn delete_conversation(&self, expected: &Conversation) -> Result<bool> {
        let now = self.clock.now();
        let deleted_through =
            MessageId::after(expected.last_ulid, MessageId::generate(&*self.ids, now));
        let tombstone = Tombstone {
            kind: expected.kind,
            inbox: &expected.inbox,
            rev: expected.rev + 1,
            deleted_through,
            last_ulid: deleted_through,
            consent: expected.consent.as_ref(),
        };
        let unchanged = is_listed_with_rev(expected.rev);
        let mut transaction = Transaction::new();
        transaction.put_if(Key::meta(&expected.id), &tombstone, unchanged)?;
        if let Some(contact) = &expected.contact {
            for term in search_terms(expected.shown_name(), contact) {
                let key = Key::search(&term, &expected.inbox, &expected.id);
                transaction.delete(ItemUpdate::new(key));
            }
        }
        if expected.has_note {
            transaction.delete(ItemUpdate::new(Key::note(&expected.id)));
        }
        let job = OutboxEntry::new(
            OutboxKind::EraseConversation,
            OutboxHome::Conversation(expected.id.clone()),
            &expected.inbox,
            OutboxTarget::MessagesThrough(deleted_through),
            EntryId::generate(&*self.ids, now),
            now,
        );
        put_outbox_entry(&mut transaction, &job)?;
        Ok(self.commit(transaction).await?.is_committed())
    }

    /// Returns some of the messages at or before `deleted_through`, the oldest first.
    pub async fn list_deleted_messages(
        &self,
        conversation: &ConversationId,
        deleted_through: MessageId,
    ) -> Result<Vec<Message>> {
        let range = (MessageId::MIN, deleted_through);
        Ok(self.query_range(conversation, range, true, ERASE_PAGE).await?.messages)
    }

    /// Deletes the rows of these messages until `deadline`. Returns whether all are deleted.
    pub async fn erase_messages(&self, messages: &[Message], deadline: Timestamp) -> Result<bool> {
        for chunk in messages.chunks(CONCURRENCY) {
            if self.clock.now() >= deadline {
                return Ok(false);
            }
            let deletions = chunk.iter().map(|message| async {
                self.delete(&Key::message(&message.conversation, message.id)).await
            });
            try_join_all(deletions).await?;
        }
        Ok(true)
    }
}
