//! A conversation's own item: reading it, and all changes that users make to it.

use super::client::Store;
use super::keys::Key;
use super::meta::MetaUpdate;
use super::notes::put_note;
use super::search::change_search_entries;
use super::transaction::Transaction;
use crate::conversation::{
    Conversation, ConversationId, ConversationStatus, ListPartition, ListPlace,
};
use crate::error::Result;

/// The changes of a conversation that are written together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConversationChange {
    /// The new name of the contact; `Some(None)` removes it.
    pub name: Option<Option<String>>,
    /// The note before and after the change.
    pub note: Option<(Option<String>, Option<String>)>,
    /// The new status.
    pub status: Option<ConversationStatus>,
    /// Marks the conversation unread.
    pub unread: bool,
    /// Ends the waiting of the contact without an answer.
    pub no_reply_needed: bool,
}

impl ConversationChange {
    /// Returns whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether the place in the list changes, for which the revision that the user saw counts.
    pub fn moves(&self) -> bool {
        self.status.is_some() || self.unread || self.no_reply_needed
    }
}

impl Store {
    /// Returns a conversation (a consistent read). A deleted one has no list partition.
    pub async fn get_conversation(&self, id: &ConversationId) -> Result<Option<Conversation>> {
        self.get(&Key::meta(id)).await
    }

    /// Writes all changes or none. Requires the name, the note and, if the place changes, the revision of `expected`.
    /// Returns `None` if another write came first.
    pub async fn update_conversation(
        &self,
        expected: &Conversation,
        change: &ConversationChange,
    ) -> Result<Option<Conversation>> {
        let Some(partition) = &expected.list_pk else { return Ok(None) };
        let mut update = MetaUpdate::new(&expected.id).require_listed();
        if change.moves() {
            update = move_in_list(update, expected, partition, change).require_rev(expected.rev);
        }
        if change.name.is_none() && change.note.is_none() {
            return update.execute(self).await;
        }
        let mut transaction = Transaction::new();
        if let Some(name) = &change.name {
            let profile_name = expected.profile_name.as_deref();
            update = update
                .set_name(name.as_deref())
                .require_name(expected.name.as_deref())
                .require_profile_name(profile_name);
            if let Some(contact) = &expected.contact {
                let shown = (expected.shown_name(), name.as_deref().or(profile_name));
                let home = (&expected.inbox, &expected.id);
                change_search_entries(&mut transaction, home, contact, shown)?;
            }
        }
        if let Some((previous, note)) = &change.note {
            update = update.set_has_note(note.is_some())?;
            put_note(&mut transaction, &expected.id, previous.as_deref(), note.as_deref())?;
        }
        transaction.update(update);
        if self.commit(transaction).await?.is_committed() {
            self.get_conversation(&expected.id).await
        } else {
            Ok(None)
        }
    }

    /// Sets the unread count of a conversation that still has `expected.rev` to zero. Returns `None` otherwise.
    pub async fn mark_read(&self, expected: &Conversation) -> Result<Option<Conversation>> {
        let Some(partition) = &expected.list_pk else { return Ok(None) };
        let waits = expected.is_waiting();
        let place = if waits { ListPlace::Waiting } else { ListPlace::Read };
        let target = ListPartition { place, ..partition.clone() };
        let update = MetaUpdate::new(&expected.id).clear_unread().set_partition(&target);
        let update = if waits { update } else { update.stop_waiting() };
        update.require_rev(expected.rev).require_unread().execute(self).await
    }
}

/// Moves a conversation in the list.
fn move_in_list(
    mut update: MetaUpdate,
    expected: &Conversation,
    partition: &ListPartition,
    change: &ConversationChange,
) -> MetaUpdate {
    let mut target = partition.clone();
    if let Some(status) = change.status {
        target.status = status;
        update = update.stop_waiting();
        if target.place == ListPlace::Waiting {
            target.place = ListPlace::Read;
        }
    }
    if change.no_reply_needed {
        target.place = ListPlace::Read;
        update = update.clear_unread().stop_waiting();
    }
    if change.unread {
        target.place = ListPlace::Unread;
        update = update.mark_unread(expected.unread);
    }
    update.set_partition(&target)
}
