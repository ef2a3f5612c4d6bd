//! A conversation's own item: reading it, its name and status.

use super::client::Store;
use super::keys::Key;
use super::meta::MetaUpdate;
use super::search::change_search_entries;
use super::transaction::Transaction;
use crate::conversation::{Conversation, ConversationId, ConversationStatus, ListPartition};
use crate::error::Result;

impl Store {
    /// Returns a conversation (a consistent read). A deleted one has no list partition.
    pub async fn get_conversation(&self, id: &ConversationId) -> Result<Option<Conversation>> {
        self.get(&Key::meta(id)).await
    }

    /// Sets the contact's name if it still equals `expected.name`. Returns `None` if another write came first.
    pub async fn set_name(
        &self,
        expected: &Conversation,
        name: Option<&str>,
    ) -> Result<Option<Conversation>> {
        let Some(contact) = &expected.contact else { return Ok(None) };
        let (before, after) = (expected.shown_name(), name.or(expected.profile_name.as_deref()));
        let mut transaction = Transaction::new();
        transaction.update(
            MetaUpdate::new(&expected.id)
                .set_name(name)
                .require_listed()
                .require_name(expected.name.as_deref())
                .require_profile_name(expected.profile_name.as_deref()),
        );
        let home = (&expected.inbox, &expected.id);
        change_search_entries(&mut transaction, home, contact, (before, after))?;
        if self.commit(transaction).await?.is_committed() {
            self.get_conversation(&expected.id).await
        } else {
            Ok(None)
        }
    }

    /// Opens or closes a conversation that still has `expected.rev`. Returns `None` otherwise.
    pub async fn set_status(
        &self,
        expected: &Conversation,
        status: ConversationStatus,
    ) -> Result<Option<Conversation>> {
        let Some(partition) = &expected.list_pk else { return Ok(None) };
        let target = ListPartition { status, ..partition.clone() };
        let update = MetaUpdate::new(&expected.id).set_partition(&target);
        update.require_rev(expected.rev).execute(self).await
    }

    /// Sets the unread count of a conversation that still has `expected.rev` to zero. Returns `None` otherwise.
    pub async fn mark_read(&self, expected: &Conversation) -> Result<Option<Conversation>> {
        let Some(partition) = &expected.list_pk else { return Ok(None) };
        let target = ListPartition { unread: false, ..partition.clone() };
        let update = MetaUpdate::new(&expected.id).clear_unread().set_partition(&target);
        update.require_rev(expected.rev).require_unread().execute(self).await
    }
}
