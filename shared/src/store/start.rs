//! A conversation put on the desk from our side, before anybody wrote.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::client::Store;
use super::conversations::{META, conversation_pk, list_partition_attr};
use super::item_update::ItemUpdate;
use super::row::{attr_n, attr_s, to_attr};
use super::search::search_terms;
use super::write::TransactError;
use crate::address::Address;
use crate::conversation::{Conversation, ConversationStatus, ListPartition};
use crate::error::{Error, Result};

/// What became of a start.
#[derive(Debug)]
pub enum StartOutcome {
    /// It is new on the desk.
    Created(Conversation),
    /// It was there.
    Existing(Conversation),
}

impl Store {
    /// Puts a conversation on the desk before anybody wrote.
    pub async fn start_conversation(&self, requested: &Conversation) -> Result<StartOutcome> {
        let Some(contact) = &requested.contact else {
            return Err(Error::internal("a direct conversation has a contact"));
        };
        let pk = conversation_pk(&requested.id);
        let mut items = vec![self.start_update(&pk, requested)?];
        for term in search_terms(requested.name.as_deref(), contact) {
            items.push(self.put_search_entry(&term, &requested.inbox, &requested.id)?);
        }
        let created = match self.transact(items).await {
            Ok(()) => true,
            Err(TransactError::ConditionsFailed(_)) => false,
            Err(TransactError::Other(error)) => return Err(error),
        };
        let conversation = self.get_conversation(&requested.id).await?;
        let conversation =
            conversation.ok_or_else(|| Error::internal("a conversation that was just there"))?;
        Ok(if created {
            StartOutcome::Created(conversation)
        } else {
            StartOutcome::Existing(conversation)
        })
    }

    fn start_update(&self, pk: &str, requested: &Conversation) -> Result<TransactWriteItem> {
        let at = self.clock.now();
        let partition = ListPartition {
            inbox: requested.inbox.clone(),
            status: ConversationStatus::Open,
            unread: false,
        };
        let address = |address: &Option<Address>| {
            attr_s(address.as_ref().map(ToString::to_string).unwrap_or_default())
        };
        let mut change = ItemUpdate::new(&self.table, pk, META)
            .condition("attribute_not_exists(list_pk)")
            .value(":id", attr_s(requested.id.as_str()))
            .value(":kind", attr_s(crate::conversation::ConversationKind::Direct.as_str()))
            .value(":inbox", attr_s(&*requested.inbox))
            .value(":business", address(&requested.business))
            .value(":contact", address(&requested.contact))
            .value(":created", to_attr(at)?)
            .value(":none", attr_n(0))
            .value(":one", attr_n(1))
            .value(":place", list_partition_attr(&partition))
            .value(":sort", attr_s(Conversation::list_sort_key(at, &requested.id)));
        let mut set = "SET id = :id, kind = :kind, inbox = :inbox, business = :business, \
                       contact = :contact, created_at = :created, unread = :none, list_pk = :place, \
                       list_sk = :sort"
            .to_owned();
        if let Some(name) = &requested.name {
            set.push_str(", #name = :name");
            change = change.name("#name", "name").value(":name", attr_s(&**name));
        }
        change.expression(&format!("{set} ADD rev :one")).into_update()
    }
}
