//! Stores outbound messages: dedup record, message, conversation and outbox entry in one transaction.

use super::client::Store;
use super::dedup::DedupRecord;
use super::expression::{absent, equals};
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::meta::MetaUpdate;
use super::new_outbound::{NewOutbound, OutboundOutcome};
use super::outbox::{message_entry, put_outbox_entry};
use super::row::{attr_n, attr_s, to_attr};
use super::transaction::{Commit, Slot, Transaction};
use crate::attempts::Attempts;
use crate::conversation::{
    Conversation, ConversationId, ConversationStatus, ListPartition, ListPlace,
};
use crate::error::{Error, Result};
use crate::ids::MessageId;
use crate::message::extras::MessageExtras;
use crate::message::{Direction, Message};
use crate::outbox::{OutboxEntry, OutboxKind};
use crate::sending::can_send::SendCheck;

const MAX_ATTEMPTS: u32 = 32;

impl Store {
    /// Stores an outbound message once. `retry_of` is the failed message that it replaces, if it is a retry.
    ///
    /// `check` decides for the conversation as it was read; the consent that it saw is a condition of the write.
    pub async fn put_outbound(
        &self,
        to: &ConversationId,
        outbound: &NewOutbound,
        retry_of: Option<&Message>,
        check: &(dyn Fn(&Conversation) -> SendCheck + Sync),
    ) -> Result<OutboundOutcome> {
        let mut attempts = Attempts::new(MAX_ATTEMPTS);
        loop {
            attempts.begin()?;
            let Some(expected) = self.get_conversation(to).await? else {
                return Ok(OutboundOutcome::ConversationNotFound);
            };
            let send_check = check(&expected);
            if !send_check.is_allowed() {
                // A message that was stored before stays stored, whatever the check says now.
                return match self.find_by_idempotency_key(outbound).await? {
                    Some(_) => self.resolve_duplicate(None, to, outbound, retry_of).await,
                    None => Ok(OutboundOutcome::Denied(send_check)),
                };
            }
            let Some(message) = self.build_message(&expected, outbound) else {
                return Ok(OutboundOutcome::ConversationNotFound);
            };
            let entry = message_entry(
                OutboxKind::SendMessage,
                &message,
                message.id.into(),
                self.clock.now(),
            );
            let (transaction, slots) =
                outbound_transaction(&expected, &message, &entry, outbound, retry_of)?;
            let failed = match self.commit(transaction).await? {
                Commit::Committed => {
                    return Ok(OutboundOutcome::Stored(Box::new(message), Box::new(entry)));
                }
                Commit::Failed(failed) => failed,
            };
            if failed.failed(slots.dedup_record) {
                let record = DedupRecord::from_existing(failed.existing(slots.dedup_record))?;
                return self.resolve_duplicate(record, to, outbound, retry_of).await;
            }
            if slots.retry_of.is_some_and(|slot| failed.failed(slot)) {
                return Ok(OutboundOutcome::NotRetryable);
            }
        }
    }

    fn build_message(&self, expected: &Conversation, outbound: &NewOutbound) -> Option<Message> {
        expected.list_pk.as_ref()?;
        let proposed = MessageId::generate(&*self.ids, self.clock.now());
        Some(Message {
            id: MessageId::after(expected.last_ulid, proposed),
            conversation: expected.id.clone(),
            inbox: expected.inbox.clone(),
            direction: Direction::Outbound,
            business: expected.business.clone()?,
            contact: expected.contact.clone()?,
            author: Some(outbound.author.clone()),
            body: outbound.body.clone(),
            statuses: std::collections::BTreeMap::new(),
            send_result: None,
            rev: 1,
            sid: None,
            idempotency_key: Some(outbound.idempotency_key.clone()),
            retried_by: None,
            segments: None,
            media: outbound.media.clone(),
            extras: MessageExtras::default(),
            price: None,
            sms_fallback: false,
            redacted: false,
        })
    }

    async fn resolve_duplicate(
        &self,
        existing: Option<DedupRecord>,
        to: &ConversationId,
        outbound: &NewOutbound,
        retry_of: Option<&Message>,
    ) -> Result<OutboundOutcome> {
        let record = match existing {
            Some(record) => Some(record),
            None => self.get(&idempotency_key(outbound)).await?,
        };
        let record = record.ok_or_else(|| Error::internal("a dedup record without its message"))?;
        let DedupRecord { conversation_id: conversation, message_id: id } = record;
        if conversation != *to {
            return Ok(OutboundOutcome::KeyReused);
        }
        if let Some(failed) = retry_of {
            // A retry is a duplicate only if the earlier send replaced the same message.
            let current = self.get_message(to, failed.id).await?;
            if current.and_then(|message| message.retried_by) != Some(id) {
                return Ok(OutboundOutcome::KeyReused);
            }
        }
        Ok(match self.get_message(&conversation, id).await? {
            Some(message) if outbound.matches(&message) => {
                OutboundOutcome::Duplicate(Box::new(message))
            }
            _ => OutboundOutcome::KeyReused,
        })
    }

    /// Returns the message that an earlier send with the same idempotency key stored.
    pub async fn find_by_idempotency_key(&self, outbound: &NewOutbound) -> Result<Option<Message>> {
        let record: Option<DedupRecord> = self.get(&idempotency_key(outbound)).await?;
        match record {
            Some(record) => self.get_message(&record.conversation_id, record.message_id).await,
            None => Ok(None),
        }
    }
}

/// The slots of the transaction that are asked about.
struct OutboundSlots {
    dedup_record: Slot,
    retry_of: Option<Slot>,
}

fn outbound_transaction(
    expected: &Conversation,
    message: &Message,
    entry: &OutboxEntry,
    outbound: &NewOutbound,
    retry_of: Option<&Message>,
) -> Result<(Transaction, OutboundSlots)> {
    let mut transaction = Transaction::new();
    let record = DedupRecord::for_message(message);
    let dedup_record = transaction.put_if_absent(idempotency_key(outbound), &record)?;
    transaction.put(Key::message(&expected.id, message.id), message)?;
    transaction.update(outbound_update(expected, message)?);
    put_outbox_entry(&mut transaction, entry)?;
    let retry_of = match retry_of {
        Some(failed) => Some(transaction.update(mark_retried(failed, message.id)?)),
        None => None,
    };
    Ok((transaction, OutboundSlots { dedup_record, retry_of }))
}

fn outbound_update(expected: &Conversation, message: &Message) -> Result<MetaUpdate> {
    let partition = expected.list_pk.clone();
    let partition = partition.ok_or_else(|| Error::internal("not on the list"))?;
    // What arrived unseen stays unread. Otherwise the message answers the contact.
    let place = if expected.unread > 0 { ListPlace::Unread } else { ListPlace::Read };
    let target =
        ListPartition { status: ConversationStatus::Open, place, inbox: partition.inbox.clone() };
    let update = MetaUpdate::new(&expected.id).add_message(message)?;
    let update = if expected.unread > 0 { update } else { update.stop_waiting() };
    update
        .set_partition(&target)
        .require_partition(&partition)
        .require_consent(expected.consent.as_ref())
}

/// Names the new message on the failed one: once, and only if the failed one is as it was read.
fn mark_retried(failed: &Message, new: MessageId) -> Result<ItemUpdate> {
    Ok(ItemUpdate::new(Key::message(&failed.conversation, failed.id))
        .set("retried_by", attr_s(new.to_string()))
        .increment("rev")
        .require(absent("retried_by"))
        .require(equals("rev", attr_n(failed.rev)))
        .require(equals("statuses", to_attr(&failed.statuses)?)))
}

fn idempotency_key(outbound: &NewOutbound) -> Key {
    Key::idempotency(&outbound.user, &outbound.idempotency_key)
}
