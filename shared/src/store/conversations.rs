//! The conversation's own item: read, renamed, opened, closed, read up to.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use super::Store;
use super::change::Change;
use super::row::{decode, number, text};
use super::search::terms;
use super::write::{Refusal, always};
use crate::conversation::{Conversation, ConversationId, ConversationStatus, ListKey};
use crate::error::Result;

/// The partition of a conversation.
pub(super) fn partition(id: &ConversationId) -> String {
    format!("CONV#{id}")
}

/// The sort key of the conversation's own item.
pub(super) const META: &str = "META";

impl Store {
    /// A conversation as it stands (a consistent read). One that was deleted has no place in the list.
    pub async fn conversation(&self, id: &ConversationId) -> Result<Option<Conversation>> {
        let call = self.client.get_item().table_name(&*self.table);
        let call = call.key("pk", text(partition(id))).key("sk", text(META)).consistent_read(true);
        let answer = always(self.single("table.get", || call.clone().send()).await)?;
        answer.item.map(decode).transpose()
    }

    /// Gives the contact another name, requiring the one that was seen. `None` if it is another by now.
    pub async fn rename(
        &self,
        seen: &Conversation,
        name: Option<&str>,
    ) -> Result<Option<Conversation>> {
        let Some(contact) = &seen.contact else { return Ok(None) };
        let (before, after) = (terms(seen.name.as_deref(), contact), terms(name, contact));
        let mut items = vec![self.name_change(seen, name)?];
        for term in before.difference(&after) {
            items.push(self.delete_term(term, &seen.inbox, &seen.id)?);
        }
        for term in after.difference(&before) {
            items.push(self.put_term(term, &seen.inbox, &seen.id)?);
        }
        match self.transact(items).await {
            Ok(()) => self.conversation(&seen.id).await,
            Err(Refusal::Conditions(_)) => Ok(None),
            Err(Refusal::Other(error)) => Err(error),
        }
    }

    fn name_change(&self, seen: &Conversation, name: Option<&str>) -> Result<TransactWriteItem> {
        let update = match name {
            Some(_) => "SET #name = :name ADD rev :one",
            None => "REMOVE #name ADD rev :one",
        };
        let condition = match seen.name {
            Some(_) => "attribute_exists(list_pk) AND #name = :seen",
            None => "attribute_exists(list_pk) AND attribute_not_exists(#name)",
        };
        let mut change = Change::of(&self.table, partition(&seen.id), META)
            .update(update)
            .when(condition)
            .name("#name", "name")
            .value(":one", number(1));
        if let Some(name) = name {
            change = change.value(":name", text(name));
        }
        if let Some(name) = &seen.name {
            change = change.value(":seen", text(name));
        }
        change.into_update()
    }

    /// Puts another note to a conversation, requiring the one that was seen. `None` if it is another by now.
    pub async fn note(
        &self,
        seen: &Conversation,
        note: Option<&str>,
    ) -> Result<Option<Conversation>> {
        let update = match note {
            Some(_) => "SET note = :note ADD rev :one",
            None => "REMOVE note ADD rev :one",
        };
        let condition = match seen.note {
            Some(_) => "attribute_exists(list_pk) AND note = :seen",
            None => "attribute_exists(list_pk) AND attribute_not_exists(note)",
        };
        let mut change = Change::of(&self.table, partition(&seen.id), META)
            .update(update)
            .when(condition)
            .value(":one", number(1));
        if let Some(note) = note {
            change = change.value(":note", text(note));
        }
        if let Some(before) = &seen.note {
            change = change.value(":seen", text(before));
        }
        change.write(self, "table.update").await?.map(decode).transpose()
    }

    /// Opens or closes a conversation, requiring the `rev` that was seen. `None` if it has another by now.
    pub async fn set_status(
        &self,
        seen: &Conversation,
        status: ConversationStatus,
    ) -> Result<Option<Conversation>> {
        let Some(place) = &seen.list_pk else { return Ok(None) };
        let wanted = ListKey { status, ..place.clone() };
        let changed = Change::of(&self.table, partition(&seen.id), META)
            .update("SET list_pk = :wanted ADD rev :one")
            .when("rev = :rev")
            .value(":wanted", place_value(&wanted))
            .value(":rev", number(seen.rev))
            .value(":one", number(1))
            .write(self, "table.update")
            .await?;
        changed.map(decode).transpose()
    }

    /// Sets unread to nothing, requiring the `rev` that was seen. `None` if it has another by now.
    pub async fn mark_read(&self, seen: &Conversation) -> Result<Option<Conversation>> {
        let Some(place) = &seen.list_pk else { return Ok(None) };
        let wanted = ListKey { unread: false, ..place.clone() };
        let changed = Change::of(&self.table, partition(&seen.id), META)
            .update("SET unread = :none, list_pk = :wanted ADD rev :one")
            .when("rev = :rev AND unread > :none")
            .value(":none", number(0))
            .value(":one", number(1))
            .value(":rev", number(seen.rev))
            .value(":wanted", place_value(&wanted))
            .write(self, "table.update")
            .await?;
        changed.map(decode).transpose()
    }
}

/// A place in the list as a value.
pub(super) fn place_value(place: &ListKey) -> AttributeValue {
    text(place.to_string())
}
