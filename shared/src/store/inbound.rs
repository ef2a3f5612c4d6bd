//! Stores inbound messages: dedup record, message and conversation in one transaction.

use jiff::Timestamp;
use ulid::Ulid;

use super::attempts::Attempts;
use super::client::Store;
use super::conversations::list_partition_attr;
use super::dedup::DedupRecord;
use super::expression::{Condition, absent, exists, less_than};
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::messages::StoredMessage;
use super::outbox::put_job_item;
use super::row::{Item, attr_s, get_str, to_attr};
use super::search::{put_search_entry, search_terms};
use super::transaction::{Commit, FailedConditions, Slot, Transaction};
use crate::consent::ConsentRecord;
use crate::conversation::{Conversation, ConversationKind, ConversationStatus, ListPartition};
use crate::error::{Error, Result};
use crate::message::Message;

/// An inbound message to store, with what it says about the contact.
#[derive(Debug, Clone)]
pub struct NewInbound {
    /// The message. Its `id` is a proposal.
    pub message: Message,
    /// The contact's profile name.
    pub profile_name: Option<String>,
    /// Whether the message comes from an event, so that a webhook with more fields may follow.
    pub partial: bool,
    /// What the message says about consent; determined when it is stored.
    pub(super) consent_record: Option<ConsentRecord>,
}

impl NewInbound {
    /// Creates an inbound message.
    pub fn new(message: Message, profile_name: Option<String>, partial: bool) -> Self {
        Self { message, profile_name, partial, consent_record: None }
    }
}

impl From<Message> for NewInbound {
    fn from(message: Message) -> Self {
        Self::new(message, None, false)
    }
}

/// The outcome of storing an inbound message.
#[derive(Debug)]
pub enum InboundOutcome {
    /// Stored now.
    Stored(Box<Message>),
    /// Stored before; nothing changed.
    Duplicate,
}

const MAX_ATTEMPTS: u32 = 64;

/// The slots of the transaction that are asked about.
struct InboundSlots {
    dedup_record: Slot,
    meta: Slot,
}

impl Store {
    /// Stores an inbound message exactly once. Uses `message.id` if it is greater than the conversation's last ULID,
    /// otherwise the next greater one.
    pub async fn put_inbound(&self, inbound: impl Into<NewInbound>) -> Result<InboundOutcome> {
        let mut inbound = inbound.into();
        let keyword = inbound.message.extras.opt_out;
        inbound.consent_record = self.apply_consent_keyword(&mut inbound).await?;
        let mut is_new = false;
        let mut attempts = Attempts::new(MAX_ATTEMPTS);
        loop {
            attempts.begin()?;
            let (transaction, slots) = self.inbound_transaction(&inbound, is_new)?;
            let failed = match self.commit(transaction).await? {
                Commit::Committed => {
                    return Ok(InboundOutcome::Stored(Box::new(inbound.message)));
                }
                Commit::Failed(failed) => failed,
            };
            if failed.failed(slots.dedup_record) {
                let record = DedupRecord::from_existing(failed.existing(slots.dedup_record))?;
                self.enrich_from_webhook(record, &inbound, keyword).await?;
                return Ok(InboundOutcome::Duplicate);
            }
            let existing = existing_conversation(&failed, slots.meta);
            is_new = existing.as_ref().is_none_or(|existing| !existing.is_listed);
            // The time of this attempt: of many concurrent messages, one that waited gets a later key.
            let proposed = self.ids.ulid(self.clock.now());
            inbound.message.id =
                next_ulid(existing.and_then(|existing| existing.last_ulid), proposed);
        }
    }

    fn inbound_transaction(
        &self,
        inbound: &NewInbound,
        is_new: bool,
    ) -> Result<(Transaction, InboundSlots)> {
        let message = &inbound.message;
        let sid = message.sid.as_ref();
        let sid = sid.ok_or_else(|| Error::internal("an inbound message without a SID"))?;
        let mut transaction = Transaction::new();
        let dedup_record =
            transaction.put_if_absent(Key::sid(sid), &DedupRecord::for_message(message))?;
        let row = StoredMessage { message: message.clone(), partial: inbound.partial };
        transaction.put(Key::message(&message.conversation, message.id), &row)?;
        let update = inbound_update(inbound)?;
        let meta = if is_new {
            let meta = transaction.update(new_conversation(update, message)?);
            for term in search_terms(None, &message.contact) {
                let (inbox, id) = (&message.inbox, &message.conversation);
                put_search_entry(&mut transaction, &term, inbox, id)?;
            }
            meta
        } else {
            transaction.update(update.require(exists("list_pk")))
        };
        if let Some(record) = &inbound.consent_record {
            let (business, contact) = (&message.business, &message.contact);
            transaction.put_if_absent(Key::consent(business, contact, message.id), record)?;
        }
        if message.has_fetchable_media() {
            put_job_item(&mut transaction, &self.fetch_media_job(message))?;
        }
        if message.has_unresolved_media() {
            put_job_item(&mut transaction, &self.deferred_media_look_up(message))?;
        }
        Ok((transaction, InboundSlots { dedup_record, meta }))
    }
}

/// Returns how an inbound message changes its conversation: it moves to the top with one more unread message.
fn inbound_update(inbound: &NewInbound) -> Result<ItemUpdate> {
    let message = &inbound.message;
    let partition = ListPartition {
        inbox: message.inbox.clone(),
        status: ConversationStatus::Open,
        unread: true,
    };
    let at: Timestamp = message.created_at();
    let consent = inbound.consent_record.as_ref();
    let consent = consent.map(|record| to_attr(&record.consent)).transpose()?;
    Ok(ItemUpdate::new(Key::meta(&message.conversation))
        .set("preview", to_attr(message.preview())?)
        .set("last_ulid", attr_s(message.id.to_string()))
        .set("list_pk", list_partition_attr(&partition))
        .set("list_sk", attr_s(Conversation::list_sort_key(at, &message.conversation)))
        .set("last_inbound_at", to_attr(at)?)
        .set_some("profile_name", inbound.profile_name.as_ref().map(attr_s))
        .set_some("consent", consent)
        .increment("rev")
        .increment("unread")
        .require(is_newer(message.id)))
}

/// Adds what a conversation has from its first message on.
fn new_conversation(update: ItemUpdate, message: &Message) -> Result<ItemUpdate> {
    Ok(update
        .set("id", attr_s(message.conversation.as_str()))
        .set("kind", attr_s(ConversationKind::Direct.as_str()))
        .set("inbox", attr_s(&*message.inbox))
        .set("business", attr_s(message.business.as_str()))
        .set("contact", attr_s(message.contact.as_str()))
        .set("created_at", to_attr(message.created_at())?)
        .require(absent("list_pk")))
}

/// Requires that `id` is greater than every ULID used in the conversation.
pub(super) fn is_newer(id: Ulid) -> Condition {
    absent("last_ulid").or(less_than("last_ulid", attr_s(id.to_string())))
}

/// The existing conversation that made the condition fail.
struct ExistingConversation {
    /// The greatest ULID used in it.
    last_ulid: Option<Ulid>,
    /// Whether it is in the list.
    is_listed: bool,
}

fn existing_conversation(failed: &FailedConditions, meta: Slot) -> Option<ExistingConversation> {
    let item: &Item = failed.existing(meta)?;
    Some(ExistingConversation {
        last_ulid: get_str(item, "last_ulid").and_then(|ulid| Ulid::from_string(ulid).ok()),
        is_listed: item.contains_key("list_pk"),
    })
}

/// Returns a ULID greater than `last_ulid`: `proposed` itself if it is greater.
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
