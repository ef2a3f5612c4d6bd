//! What arrives: pointer, message and conversation in one transaction.

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use ulid::Ulid;

use super::client::Store;
use super::conversations::{META, conversation_pk, list_partition_attr};
use super::item_update::ItemUpdate;
use super::messages::message_sk;
use super::row::{Item, attr_n, attr_s, get_str, to_attr, to_item};
use super::search::search_terms;
use super::write::{ConditionOutcome, TransactError, put, put_if_absent};
use crate::consent::ConsentRecord;
use crate::conversation::{Conversation, ConversationStatus, ListPartition};
use crate::error::{Error, Result};
use crate::message::Message;

/// A message that arrives, and what it tells of who sent it.
#[derive(Debug, Clone)]
pub struct NewInbound {
    /// The message. Its `id` is a wish.
    pub message: Message,
    /// What the contact calls itself.
    pub profile_name: Option<String>,
    /// Whether more may come with the same SID: an event tells of a message, its webhook tells all.
    pub partial: bool,
    /// What it says of consent; found out where it is stored.
    pub(super) consent_record: Option<ConsentRecord>,
}

impl NewInbound {
    /// A message, and what the contact calls itself.
    pub fn new(message: Message, profile_name: Option<String>, partial: bool) -> Self {
        Self { message, profile_name, partial, consent_record: None }
    }
}

impl From<Message> for NewInbound {
    fn from(message: Message) -> Self {
        Self::new(message, None, false)
    }
}

/// What became of a message that arrived.
#[derive(Debug)]
pub enum InboundOutcome {
    /// Stored now.
    Stored(Box<Message>),
    /// It had been stored before; nothing changed.
    Duplicate,
}

/// How often a key above the last one is tried before the conversation counts as too busy.
const MAX_ATTEMPTS: u32 = 64;

/// The attribute of a message that came by an event.
pub(super) const PARTIAL: &str = "partial";

impl Store {
    /// Stores an inbound message once, whatever comes how often in which order. The message's `id` is the
    /// wish; a greater one is taken when the conversation has moved on.
    pub async fn put_inbound(&self, inbound: impl Into<NewInbound>) -> Result<InboundOutcome> {
        let mut inbound = inbound.into();
        let keyword = inbound.message.extras.opt_out;
        inbound.consent_record = self.apply_consent_keyword(&mut inbound).await?;
        let mut is_new = false;
        for _ in 0..MAX_ATTEMPTS {
            let items = self.inbound_items(&inbound, is_new)?;
            let outcomes = match self.transact(items).await {
                Ok(()) => return Ok(InboundOutcome::Stored(Box::new(inbound.message))),
                Err(TransactError::ConditionsFailed(outcomes)) => outcomes,
                Err(TransactError::Other(error)) => return Err(error),
            };
            if let Some(dedup_record) = outcomes.first().filter(|outcome| outcome.failed) {
                self.enrich_from_webhook(dedup_record.existing.as_ref(), &inbound, keyword).await?;
                return Ok(InboundOutcome::Duplicate);
            }
            let existing = existing_conversation(outcomes);
            is_new = existing.as_ref().is_none_or(|existing| existing.list_pk.is_none());
            // A key of this moment: of many at once, one that waited longer stands above those that went before.
            let proposed = self.ids.ulid(self.clock.now());
            inbound.message.id =
                next_ulid(existing.and_then(|existing| existing.last_ulid), proposed);
        }
        Err(Error::Unavailable("the conversation changed at every attempt".into()))
    }

    fn inbound_items(&self, inbound: &NewInbound, is_new: bool) -> Result<Vec<TransactWriteItem>> {
        let message = &inbound.message;
        let sid = message
            .sid
            .as_ref()
            .ok_or_else(|| Error::internal("an inbound message without a SID"))?;
        let dedup_record = Item::from([
            ("pk".to_owned(), attr_s(format!("SID#{sid}"))),
            ("sk".to_owned(), attr_s("SID")),
            ("conversation_id".to_owned(), attr_s(message.conversation.as_str())),
            ("message_id".to_owned(), attr_s(message.id.to_string())),
        ]);
        let pk = conversation_pk(&message.conversation);
        let mut row = to_item(&pk, &message_sk(message.id), message)?;
        if inbound.partial {
            row.insert(PARTIAL.to_owned(), to_attr(true)?);
        }
        let mut items = vec![put_if_absent(&self.table, dedup_record)?, put(&self.table, row)?];
        if is_new {
            items.push(self.new_conversation_update(inbound)?);
            for term in search_terms(None, &message.contact) {
                items.push(self.put_search_entry(&term, &message.inbox, &message.conversation)?);
            }
        } else {
            items.push(self.existing_conversation_update(inbound)?);
        }
        if let Some(record) = &inbound.consent_record {
            items.push(self.consent_record_item(
                &message.business,
                &message.contact,
                message.id,
                record,
            )?);
        }
        if message.has_fetchable_media() {
            items.push(self.fetch_media_job(message)?);
        }
        if message.has_unresolved_media() {
            items.push(self.deferred_media_look_up(message)?);
        }
        Ok(items)
    }

    fn existing_conversation_update(&self, inbound: &NewInbound) -> Result<TransactWriteItem> {
        inbound_update(self.meta_update(&inbound.message), inbound, "")?
            .condition("attribute_exists(list_pk) AND (attribute_not_exists(last_ulid) OR last_ulid < :ulid)")
            .into_update()
    }

    fn new_conversation_update(&self, inbound: &NewInbound) -> Result<TransactWriteItem> {
        let message = &inbound.message;
        let set = ", id = :id, kind = :kind, inbox = :inbox, business = :business, \
                   contact = :contact, created_at = :created";
        inbound_update(self.meta_update(message), inbound, set)?
            .condition(
                "attribute_not_exists(list_pk) AND (attribute_not_exists(last_ulid) OR last_ulid < :ulid)",
            )
            .value(":id", attr_s(message.conversation.as_str()))
            .value(":kind", attr_s(crate::conversation::ConversationKind::Direct.as_str()))
            .value(":inbox", attr_s(&*message.inbox))
            .value(":business", attr_s(message.business.as_str()))
            .value(":contact", attr_s(message.contact.as_str()))
            .value(":created", to_attr(message.created_at())?)
            .into_update()
    }

    fn meta_update(&self, message: &Message) -> ItemUpdate {
        ItemUpdate::new(&self.table, conversation_pk(&message.conversation), META)
    }
}

/// How an inbound message changes a conversation: to the top, one more unread; `also` is set besides.
fn inbound_update(change: ItemUpdate, inbound: &NewInbound, extra_set: &str) -> Result<ItemUpdate> {
    let message = &inbound.message;
    let partition = ListPartition {
        inbox: message.inbox.clone(),
        status: ConversationStatus::Open,
        unread: true,
    };
    let at: Timestamp = message.created_at();
    let mut set = "SET preview = :preview, last_ulid = :ulid, list_pk = :place, list_sk = :sort, \
                   last_inbound_at = :at"
        .to_owned();
    set.push_str(extra_set);
    let mut change = change;
    if let Some(name) = &inbound.profile_name {
        set.push_str(", profile_name = :profile");
        change = change.value(":profile", attr_s(&**name));
    }
    if let Some(record) = &inbound.consent_record {
        set.push_str(", consent = :consent");
        change = change.value(":consent", to_attr(&record.consent)?);
    }
    Ok(change
        .expression(&format!("{set} ADD rev :one, unread :one"))
        .value(":preview", to_attr(message.preview())?)
        .value(":ulid", attr_s(message.id.to_string()))
        .value(":place", list_partition_attr(&partition))
        .value(":sort", attr_s(Conversation::list_sort_key(at, &message.conversation)))
        .value(":at", to_attr(at)?)
        .value(":one", attr_n(1)))
}

/// The conversation that a failed condition met: the third item of the transaction.
pub(super) fn existing_conversation(
    outcomes: Vec<ConditionOutcome>,
) -> Option<ExistingConversation> {
    let existing = outcomes.into_iter().nth(2).and_then(|outcome| outcome.existing);
    existing.map(|item| ExistingConversation {
        last_ulid: get_str(&item, "last_ulid").and_then(|ulid| Ulid::from_string(ulid).ok()),
        list_pk: get_str(&item, "list_pk").map(str::to_owned),
    })
}

/// What matters of a conversation that stood in the way.
pub(super) struct ExistingConversation {
    /// The greatest ULID used in it.
    pub(super) last_ulid: Option<Ulid>,
    /// Its place in the list.
    pub(super) list_pk: Option<String>,
}

/// A ULID above `last`: the wish itself where it is above already.
pub(super) fn next_ulid(last_ulid: Option<Ulid>, proposed: Ulid) -> Ulid {
    match last_ulid {
        Some(last_ulid) if last_ulid >= proposed => last_ulid.increment().unwrap_or(last_ulid),
        _ => proposed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_ulid_is_greater_even_within_one_millisecond() {
        let last_ulid = Ulid::from_parts(1_000, 77);
        assert!(next_ulid(Some(last_ulid), Ulid::from_parts(1_000, 5)) > last_ulid);
        assert!(next_ulid(Some(last_ulid), last_ulid) > last_ulid);
        assert_eq!(next_ulid(None, last_ulid), last_ulid);
        assert_eq!(
            next_ulid(Some(last_ulid), Ulid::from_parts(1_001, 0)),
            Ulid::from_parts(1_001, 0)
        );
    }
}
