//! The conversation's own item: read, renamed, opened, closed, read up to.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use super::client::Store;
use super::item_update::ItemUpdate;
use super::row::{attr_n, attr_s, from_item};
use super::search::search_terms;
use super::write::{TransactError, unconditional};
use crate::conversation::{Conversation, ConversationId, ConversationStatus, ListPartition};
use crate::error::Result;

/// The partition of a conversation.
pub(super) fn conversation_pk(id: &ConversationId) -> String {
    format!("CONV#{id}")
}

/// The sort key of the conversation's own item.
pub(super) const META: &str = "META";

impl Store {
    /// A conversation as it stands (a consistent read). One that was deleted has no place in the list.
    pub async fn get_conversation(&self, id: &ConversationId) -> Result<Option<Conversation>> {
        let call = self.client.get_item().table_name(&*self.table);
        let call = call
            .key("pk", attr_s(conversation_pk(id)))
            .key("sk", attr_s(META))
            .consistent_read(true);
        let response = unconditional(self.call("table.get", || call.clone().send()).await)?;
        response.item.map(from_item).transpose()
    }

    /// Gives the contact another name, requiring the one that was seen. `None` if it is another by now.
    pub async fn set_name(
        &self,
        expected: &Conversation,
        name: Option<&str>,
    ) -> Result<Option<Conversation>> {
        let Some(contact) = &expected.contact else { return Ok(None) };
        let (before, after) =
            (search_terms(expected.name.as_deref(), contact), search_terms(name, contact));
        let mut items = vec![self.name_update(expected, name)?];
        for term in before.difference(&after) {
            items.push(self.delete_search_entry(term, &expected.inbox, &expected.id)?);
        }
        for term in after.difference(&before) {
            items.push(self.put_search_entry(term, &expected.inbox, &expected.id)?);
        }
        match self.transact(items).await {
            Ok(()) => self.get_conversation(&expected.id).await,
            Err(TransactError::ConditionsFailed(_)) => Ok(None),
            Err(TransactError::Other(error)) => Err(error),
        }
    }

    fn name_update(
        &self,
        expected: &Conversation,
        name: Option<&str>,
    ) -> Result<TransactWriteItem> {
        let update = match name {
            Some(_) => "SET #name = :name ADD rev :one",
            None => "REMOVE #name ADD rev :one",
        };
        let condition = match expected.name {
            Some(_) => "attribute_exists(list_pk) AND #name = :expected",
            None => "attribute_exists(list_pk) AND attribute_not_exists(#name)",
        };
        let mut change = ItemUpdate::new(&self.table, conversation_pk(&expected.id), META)
            .expression(update)
            .condition(condition)
            .name("#name", "name")
            .value(":one", attr_n(1));
        if let Some(name) = name {
            change = change.value(":name", attr_s(name));
        }
        if let Some(name) = &expected.name {
            change = change.value(":expected", attr_s(name));
        }
        change.into_update()
    }

    /// Puts another note to a conversation, requiring the one that was seen. `None` if it is another by now.
    pub async fn set_note(
        &self,
        expected: &Conversation,
        note: Option<&str>,
    ) -> Result<Option<Conversation>> {
        let update = match note {
            Some(_) => "SET note = :note ADD rev :one",
            None => "REMOVE note ADD rev :one",
        };
        let condition = match expected.note {
            Some(_) => "attribute_exists(list_pk) AND note = :expected",
            None => "attribute_exists(list_pk) AND attribute_not_exists(note)",
        };
        let mut change = ItemUpdate::new(&self.table, conversation_pk(&expected.id), META)
            .expression(update)
            .condition(condition)
            .value(":one", attr_n(1));
        if let Some(note) = note {
            change = change.value(":note", attr_s(note));
        }
        if let Some(previous) = &expected.note {
            change = change.value(":expected", attr_s(previous));
        }
        change.execute(self, "table.update").await?.map(from_item).transpose()
    }

    /// Opens or closes a conversation, requiring the `rev` that was seen. `None` if it has another by now.
    pub async fn set_status(
        &self,
        expected: &Conversation,
        status: ConversationStatus,
    ) -> Result<Option<Conversation>> {
        let Some(partition) = &expected.list_pk else { return Ok(None) };
        let target = ListPartition { status, ..partition.clone() };
        let changed = ItemUpdate::new(&self.table, conversation_pk(&expected.id), META)
            .expression("SET list_pk = :target ADD rev :one")
            .condition("rev = :rev")
            .value(":target", list_partition_attr(&target))
            .value(":rev", attr_n(expected.rev))
            .value(":one", attr_n(1))
            .execute(self, "table.update")
            .await?;
        changed.map(from_item).transpose()
    }

    /// Sets unread to nothing, requiring the `rev` that was seen. `None` if it has another by now.
    pub async fn mark_read(&self, expected: &Conversation) -> Result<Option<Conversation>> {
        let Some(partition) = &expected.list_pk else { return Ok(None) };
        let target = ListPartition { unread: false, ..partition.clone() };
        let changed = ItemUpdate::new(&self.table, conversation_pk(&expected.id), META)
            .expression("SET unread = :none, list_pk = :target ADD rev :one")
            .condition("rev = :rev AND unread > :none")
            .value(":none", attr_n(0))
            .value(":one", attr_n(1))
            .value(":rev", attr_n(expected.rev))
            .value(":target", list_partition_attr(&target))
            .execute(self, "table.update")
            .await?;
        changed.map(from_item).transpose()
    }
}

/// A place in the list as a value.
pub(super) fn list_partition_attr(partition: &ListPartition) -> AttributeValue {
    attr_s(partition.to_string())
}
