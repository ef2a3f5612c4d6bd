//! Starts a conversation from our side, before the contact has written.

use super::client::Store;
use super::meta::MetaUpdate;
use super::search::{put_search_entry, search_terms};
use super::transaction::Transaction;
use crate::conversation::{Conversation, ConversationStatus, ListPartition, ListPlace};
use crate::error::{Error, Result};

/// The outcome of starting a conversation.
#[derive(Debug)]
pub enum StartOutcome {
    /// The conversation is new in the list.
    Created(Conversation),
    /// The conversation was in the list already.
    Existing(Conversation),
}

impl Store {
    /// Creates a conversation without messages, so that it appears in the list.
    pub async fn start_conversation(&self, requested: &Conversation) -> Result<StartOutcome> {
        let Some(contact) = &requested.contact else {
            return Err(Error::internal("a direct conversation has a contact"));
        };
        let mut transaction = Transaction::new();
        transaction.update(self.start_update(requested));
        for term in search_terms(requested.name.as_deref(), contact) {
            put_search_entry(&mut transaction, &term, &requested.inbox, &requested.id)?;
        }
        let created = self.commit(transaction).await?.is_committed();
        let conversation = self.get_conversation(&requested.id).await?;
        let conversation =
            conversation.ok_or_else(|| Error::internal("a started conversation is absent"))?;
        Ok(if created {
            StartOutcome::Created(conversation)
        } else {
            StartOutcome::Existing(conversation)
        })
    }

    fn start_update(&self, requested: &Conversation) -> MetaUpdate {
        let at = self.clock.now();
        let partition = ListPartition {
            inbox: requested.inbox.clone(),
            status: ConversationStatus::Open,
            place: ListPlace::Read,
        };
        MetaUpdate::new(&requested.id)
            .create(requested, at)
            .set_partition(&partition)
            .set_last_activity(at)
            .clear_unread()
    }
}
