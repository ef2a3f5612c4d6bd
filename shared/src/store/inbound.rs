//! Stores inbound messages: dedup record, message and conversation in one transaction.

use super::client::Store;
use super::consent_record::consent_record_for;
use super::dedup::DedupRecord;
use super::existing_meta::ExistingMeta;
use super::keys::Key;
use super::messages::StoredMessage;
use super::meta::MetaUpdate;
use super::outbox::put_outbox_entry;
use super::search::{change_search_entries, put_search_entry, search_terms};
use super::transaction::{Commit, Slot, Transaction};
use super::user_ids::put_user_id;
use crate::address::Address;
use crate::attempts::Attempts;
use crate::consent::{ConsentKeyword, ConsentRecord};
use crate::conversation::{Conversation, ConversationStatus, ListPartition, ListPlace};
use crate::error::{Error, Result};
use crate::ids::MessageId;
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
    /// The contact's user ID next to their phone number.
    pub user_id: Option<Address>,
    /// Whether the text is an opt-out word of its channel.
    pub opts_out: bool,
    /// What the message says about consent; determined when it is stored.
    pub(super) consent_record: Option<ConsentRecord>,
}

impl NewInbound {
    /// Creates an inbound message.
    pub fn new(message: Message, profile_name: Option<String>, partial: bool) -> Self {
        Self {
            message,
            profile_name,
            partial,
            user_id: None,
            opts_out: false,
            consent_record: None,
        }
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

/// What is known about the conversation of an inbound message.
enum MetaState {
    /// Nothing yet. Most messages come from a known contact whose profile name is the same.
    Unchanged,
    /// It is not listed.
    New,
    /// The contact has another profile name now, or a user ID that was not stored.
    Changed(ExistingMeta),
}

impl MetaState {
    /// Returns the state after a failed attempt.
    fn from_existing(existing: Option<ExistingMeta>, inbound: &NewInbound) -> Self {
        match existing {
            Some(existing) if existing.is_listed => {
                let renamed =
                    inbound.profile_name.is_some() && inbound.profile_name != existing.profile_name;
                let identified = inbound.user_id.is_some() && !existing.has_user_id;
                if renamed || identified { Self::Changed(existing) } else { Self::Unchanged }
            }
            _ => Self::New,
        }
    }
}

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
        let source = self.apply_consent_keyword(&mut inbound).await?;
        let mut state = MetaState::Unchanged;
        let mut attempts = Attempts::new(MAX_ATTEMPTS);
        loop {
            attempts.begin()?;
            // Of this attempt: a record has the time of its message.
            inbound.consent_record = consent_record_for(&inbound.message, source);
            let (transaction, slots) = self.inbound_transaction(&inbound, &state)?;
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
            let existing = failed.existing(slots.meta).map(ExistingMeta::from_item);
            // The time of this attempt: of many concurrent messages, one that waited gets a later key.
            let proposed = MessageId::generate(&*self.ids, self.clock.now());
            let proposed = existing
                .as_ref()
                .and_then(|existing| existing.consent_at)
                .map_or(proposed, |consent| proposed.later_than(consent));
            let last = existing.as_ref().and_then(|existing| existing.last_ulid);
            inbound.message.id = MessageId::after(last, proposed);
            state = MetaState::from_existing(existing, &inbound);
        }
    }

    fn inbound_transaction(
        &self,
        inbound: &NewInbound,
        state: &MetaState,
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
        let (inbox, id) = (&message.inbox, &message.conversation);
        let profile_name = inbound.profile_name.as_deref();
        let meta = match state {
            MetaState::New => {
                let update = update.create(&new_conversation(message), message.created_at());
                let meta = transaction.update(update);
                for term in search_terms(profile_name, &message.contact) {
                    put_search_entry(&mut transaction, &term, inbox, id)?;
                }
                meta
            }
            MetaState::Unchanged => {
                let mut update = update.require_listed().set_contact(&message.contact);
                if let Some(name) = profile_name {
                    update = update.require_profile_name(Some(name));
                }
                if inbound.user_id.is_some() {
                    update = update.require_user_id()?;
                }
                transaction.update(update)
            }
            MetaState::Changed(existing) => {
                let (name, before) = (existing.name.as_deref(), existing.profile_name.as_deref());
                let update = update.require_name(name).require_profile_name(before);
                let update = update.require_listed().set_contact(&message.contact);
                let meta = transaction.update(update);
                let shown = (name.or(before), name.or(profile_name).or(before));
                change_search_entries(&mut transaction, (inbox, id), &message.contact, shown)?;
                meta
            }
        };
        if let (Some(user_id), MetaState::New | MetaState::Changed(_)) = (&inbound.user_id, state) {
            put_user_id(&mut transaction, user_id, message)?;
        }
        if let Some(record) = &inbound.consent_record {
            let (business, contact) = (&message.business, &message.contact);
            transaction
                .put_if_absent(Key::consent(business, contact, message.id.into()), record)?;
        }
        if message.has_fetchable_media() {
            put_outbox_entry(&mut transaction, &self.fetch_media_job(message))?;
        }
        if message.has_unresolved_media() {
            put_outbox_entry(&mut transaction, &self.deferred_media_look_up(message))?;
        }
        Ok((transaction, InboundSlots { dedup_record, meta }))
    }
}

/// Returns how an inbound message changes its conversation: it moves to the top with one more unread message.
fn inbound_update(inbound: &NewInbound) -> Result<MetaUpdate> {
    let message = &inbound.message;
    let partition = ListPartition {
        inbox: message.inbox.clone(),
        status: ConversationStatus::Open,
        place: ListPlace::Unread,
    };
    let mut update = MetaUpdate::new(&message.conversation)
        .add_message(message)?
        .set_partition(&partition)
        .set_last_inbound(message.created_at())
        .increment_unread();
    // A contact who opts out cannot be answered.
    update = match message.extras.opt_out {
        Some(ConsentKeyword::Stop) => update.stop_waiting(),
        _ => update.start_waiting(message.created_at()),
    };
    if let Some(name) = &inbound.profile_name {
        update = update.set_profile_name(name);
    }
    if inbound.user_id.is_some() {
        update = update.set_has_user_id()?;
    }
    if let Some(record) = &inbound.consent_record {
        update = update.set_consent(&record.consent)?.require_consent_before(record.consent.at);
    }
    Ok(update)
}

fn new_conversation(message: &Message) -> Conversation {
    let (business, contact) = (&message.business, message.contact.clone());
    Conversation::direct(message.conversation.clone(), &message.inbox, business, contact)
}
