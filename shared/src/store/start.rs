//! Starts a conversation from our side, before the contact has written.

use super::client::Store;
use super::conversations::list_partition_attr;
use super::expression::absent;
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::row::{attr_n, attr_s, to_attr};
use super::search::{put_search_entry, search_terms};
use super::transaction::Transaction;
use crate::address::Address;
use crate::conversation::{Conversation, ConversationKind, ConversationStatus, ListPartition};
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
        transaction.update(self.start_update(requested)?);
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

    fn start_update(&self, requested: &Conversation) -> Result<ItemUpdate> {
        let at = self.clock.now();
        let partition = ListPartition {
            inbox: requested.inbox.clone(),
            status: ConversationStatus::Open,
            unread: false,
        };
        let address = |address: &Option<Address>| {
            attr_s(address.as_ref().map(ToString::to_string).unwrap_or_default())
        };
        Ok(ItemUpdate::new(Key::meta(&requested.id))
            .set("id", attr_s(requested.id.as_str()))
            .set("kind", attr_s(ConversationKind::Direct.as_str()))
            .set("inbox", attr_s(&*requested.inbox))
            .set("business", address(&requested.business))
            .set("contact", address(&requested.contact))
            .set("created_at", to_attr(at)?)
            .set("unread", attr_n(0))
            .set("list_pk", list_partition_attr(&partition))
            .set("list_sk", attr_s(Conversation::list_sort_key(at, &requested.id)))
            .set_some("name", requested.name.as_ref().map(attr_s))
            .increment("rev")
            .require(absent("list_pk")))
    }
}
