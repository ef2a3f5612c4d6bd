//! A conversation's own item: reading it, its name, note and status.

use aws_sdk_dynamodb::types::AttributeValue;

use super::client::Store;
use super::expression::{equals, equals_or_absent, exists, greater_than};
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::row::{attr_n, attr_s, from_item};
use super::search::{put_search_entry, search_terms};
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
        let (before, after) =
            (search_terms(expected.name.as_deref(), contact), search_terms(name, contact));
        let mut transaction = Transaction::new();
        transaction.update(
            ItemUpdate::new(Key::meta(&expected.id))
                .set_or_remove("name", name.map(attr_s))
                .increment("rev")
                .require(exists("list_pk"))
                .require(equals_or_absent("name", expected.name.as_ref().map(attr_s))),
        );
        for term in before.difference(&after) {
            transaction.delete(ItemUpdate::new(Key::search(term, &expected.inbox, &expected.id)));
        }
        for term in after.difference(&before) {
            put_search_entry(&mut transaction, term, &expected.inbox, &expected.id)?;
        }
        if self.commit(transaction).await?.is_committed() {
            self.get_conversation(&expected.id).await
        } else {
            Ok(None)
        }
    }

    /// Sets the note if it still equals `expected.note`. Returns `None` if another write came first.
    pub async fn set_note(
        &self,
        expected: &Conversation,
        note: Option<&str>,
    ) -> Result<Option<Conversation>> {
        let changed = ItemUpdate::new(Key::meta(&expected.id))
            .set_or_remove("note", note.map(attr_s))
            .increment("rev")
            .require(exists("list_pk"))
            .require(equals_or_absent("note", expected.note.as_ref().map(attr_s)))
            .execute(self, "table.update")
            .await?;
        changed.map(from_item).transpose()
    }

    /// Opens or closes a conversation that still has `expected.rev`. Returns `None` otherwise.
    pub async fn set_status(
        &self,
        expected: &Conversation,
        status: ConversationStatus,
    ) -> Result<Option<Conversation>> {
        let Some(partition) = &expected.list_pk else { return Ok(None) };
        let target = ListPartition { status, ..partition.clone() };
        let changed = ItemUpdate::new(Key::meta(&expected.id))
            .set("list_pk", list_partition_attr(&target))
            .increment("rev")
            .require(equals("rev", attr_n(expected.rev)))
            .execute(self, "table.update")
            .await?;
        changed.map(from_item).transpose()
    }

    /// Sets the unread count of a conversation that still has `expected.rev` to zero. Returns `None` otherwise.
    pub async fn mark_read(&self, expected: &Conversation) -> Result<Option<Conversation>> {
        let Some(partition) = &expected.list_pk else { return Ok(None) };
        let target = ListPartition { unread: false, ..partition.clone() };
        let changed = ItemUpdate::new(Key::meta(&expected.id))
            .set("unread", attr_n(0))
            .set("list_pk", list_partition_attr(&target))
            .increment("rev")
            .require(equals("rev", attr_n(expected.rev)))
            .require(greater_than("unread", attr_n(0)))
            .execute(self, "table.update")
            .await?;
        changed.map(from_item).transpose()
    }
}

/// Returns a list partition as an attribute value.
pub(super) fn list_partition_attr(partition: &ListPartition) -> AttributeValue {
    attr_s(partition.to_string())
}
