//! A conversation put on the desk from our side, before anybody wrote.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::Store;
use super::change::Change;
use super::conversations::{META, partition, place_value};
use super::row::{number, text, value};
use super::search::terms;
use super::write::Refusal;
use crate::address::Address;
use crate::conversation::{Conversation, ConversationStatus, ListKey};
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
    pub async fn start(&self, wanted: &Conversation) -> Result<StartOutcome> {
        let Some(contact) = &wanted.contact else {
            return Err(Error::failed("a direct conversation has a contact"));
        };
        let own = partition(&wanted.id);
        let mut items = vec![self.first_place(&own, wanted)?];
        for term in terms(wanted.name.as_deref(), contact) {
            items.push(self.put_term(&term, &wanted.inbox, &wanted.id)?);
        }
        let created = match self.transact(items).await {
            Ok(()) => true,
            Err(Refusal::Conditions(_)) => false,
            Err(Refusal::Other(error)) => return Err(error),
        };
        let now = self.conversation(&wanted.id).await?;
        let now = now.ok_or_else(|| Error::failed("a conversation that was just there"))?;
        Ok(if created { StartOutcome::Created(now) } else { StartOutcome::Existing(now) })
    }

    fn first_place(&self, own: &str, wanted: &Conversation) -> Result<TransactWriteItem> {
        let at = self.clock.now();
        let place = ListKey {
            inbox: wanted.inbox.clone(),
            status: ConversationStatus::Open,
            unread: false,
        };
        let address = |address: &Option<Address>| {
            text(address.as_ref().map(ToString::to_string).unwrap_or_default())
        };
        let mut change = Change::of(&self.table, own, META)
            .when("attribute_not_exists(list_pk)")
            .value(":id", text(wanted.id.as_str()))
            .value(":kind", text("direct"))
            .value(":inbox", text(&*wanted.inbox))
            .value(":business", address(&wanted.business))
            .value(":contact", address(&wanted.contact))
            .value(":created", value(at)?)
            .value(":none", number(0))
            .value(":one", number(1))
            .value(":place", place_value(&place))
            .value(":sort", text(Conversation::list_sort(at, &wanted.id)));
        let mut set = "SET id = :id, kind = :kind, inbox = :inbox, business = :business, \
                       contact = :contact, created = :created, unread = :none, list_pk = :place, \
                       list_sk = :sort"
            .to_owned();
        if let Some(name) = &wanted.name {
            set.push_str(", #name = :name");
            change = change.name("#name", "name").value(":name", text(&**name));
        }
        change.update(&format!("{set} ADD rev :one")).into_update()
    }
}
