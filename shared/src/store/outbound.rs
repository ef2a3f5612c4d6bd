//! Stores outbound messages: dedup record, message, conversation and outbox entry in one transaction.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::client::Store;
use super::conversations::{META, conversation_pk, list_partition_attr};
use super::inbound::next_ulid;
use super::item_update::ItemUpdate;
use super::messages::{dedup_target, message_sk};
use super::new_outbound::{NewOutbound, OutboundOutcome};
use super::outbox::queue_sk;
use super::row::{Item, attr_n, attr_s, to_attr, to_item};
use super::write::{TransactError, put, put_if_absent};
use crate::conversation::{Conversation, ConversationId, ConversationStatus, ListPartition};
use crate::error::{Error, Result};
use crate::message::extras::MessageExtras;
use crate::message::{Direction, Message};
use crate::outbox::OutboxEntry;
use crate::sending::can_send::SendCheck;

const MAX_ATTEMPTS: u32 = 32;

impl Store {
    /// Stores what a click wants sent; `again` is the message that it stands in for, if it is a retry. `decide` is asked
    /// of the conversation as it stands; what it read of consent is a condition of the write.
    pub async fn put_outbound(
        &self,
        to: &ConversationId,
        outbound: &NewOutbound,
        retry_of: Option<&Message>,
        check: &(dyn Fn(&Conversation) -> SendCheck + Sync),
    ) -> Result<OutboundOutcome> {
        for _ in 0..MAX_ATTEMPTS {
            let Some(expected) = self.get_conversation(to).await? else {
                return Ok(OutboundOutcome::ConversationNotFound);
            };
            let send_check = check(&expected);
            if !send_check.is_allowed() {
                // What was taken before stays taken, whatever holds now.
                return match self.find_by_idempotency_key(outbound).await? {
                    Some(_) => self.resolve_duplicate(None, to, outbound, retry_of).await,
                    None => Ok(OutboundOutcome::Denied(send_check)),
                };
            }
            let Some(message) = self.build_message(&expected, outbound) else {
                return Ok(OutboundOutcome::ConversationNotFound);
            };
            let entry =
                OutboxEntry::new_send(&expected.id, &expected.inbox, message.id, self.clock.now());
            let items = self.outbound_items(&expected, &message, &entry, outbound, retry_of)?;
            let outcomes = match self.transact(items).await {
                Ok(()) => return Ok(OutboundOutcome::Stored(Box::new(message), Box::new(entry))),
                Err(TransactError::ConditionsFailed(outcomes)) => outcomes,
                Err(TransactError::Other(error)) => return Err(error),
            };
            let mut outcomes = outcomes.into_iter();
            if let Some(dedup_record) = outcomes.next().filter(|outcome| outcome.failed) {
                return self.resolve_duplicate(dedup_record.existing, to, outbound, retry_of).await;
            }
            if outcomes.nth(3).is_some_and(|outcome| outcome.failed) {
                return Ok(OutboundOutcome::NotRetryable);
            }
        }
        Err(Error::Unavailable("the conversation changed at every attempt".into()))
    }

    fn build_message(&self, expected: &Conversation, outbound: &NewOutbound) -> Option<Message> {
        expected.list_pk.as_ref()?;
        let proposed = self.ids.ulid(self.clock.now());
        Some(Message {
            id: next_ulid(expected.last_ulid, proposed),
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

    fn outbound_items(
        &self,
        expected: &Conversation,
        message: &Message,
        entry: &OutboxEntry,
        outbound: &NewOutbound,
        retry_of: Option<&Message>,
    ) -> Result<Vec<TransactWriteItem>> {
        let pk = conversation_pk(&expected.id);
        let dedup_record = Item::from([
            ("pk".to_owned(), attr_s(idempotency_pk(outbound))),
            ("sk".to_owned(), attr_s("KEY")),
            ("conversation_id".to_owned(), attr_s(expected.id.as_str())),
            ("message_id".to_owned(), attr_s(message.id.to_string())),
        ]);
        let mut items = vec![
            put_if_absent(&self.table, dedup_record)?,
            put(&self.table, to_item(&pk, &message_sk(message.id), message)?)?,
            self.outbound_update(expected, message)?,
            put(&self.table, to_item(&pk, &queue_sk(entry.id), entry)?)?,
        ];
        if let Some(old) = retry_of {
            items.push(self.mark_retried(old, message)?);
        }
        Ok(items)
    }

    fn outbound_update(
        &self,
        expected: &Conversation,
        message: &Message,
    ) -> Result<TransactWriteItem> {
        let partition =
            expected.list_pk.clone().ok_or_else(|| Error::internal("not on the list"))?;
        let target = ListPartition { status: ConversationStatus::Open, ..partition.clone() };
        let at = message.created_at();
        let preview = message.preview();
        let consent = match &expected.consent {
            Some(_) => "consent = :consent",
            None => "attribute_not_exists(consent)",
        };
        let mut change = ItemUpdate::new(&self.table, conversation_pk(&expected.id), META)
            .expression(
                "SET preview = :preview, last_ulid = :ulid, list_pk = :target, list_sk = :sort \
                 ADD rev :one",
            )
            .condition(&format!(
                "list_pk = :place AND {consent} AND (attribute_not_exists(last_ulid) OR last_ulid < :ulid)"
            ))
            .value(":preview", to_attr(preview)?)
            .value(":ulid", attr_s(message.id.to_string()))
            .value(":target", list_partition_attr(&target))
            .value(":place", list_partition_attr(&partition))
            .value(":sort", attr_s(Conversation::list_sort_key(at, &expected.id)))
            .value(":one", attr_n(1));
        if let Some(consent) = &expected.consent {
            change = change.value(":consent", to_attr(consent)?);
        }
        change.into_update()
    }

    /// The old message names the new one: once, and only while it stands as it was read.
    fn mark_retried(&self, old: &Message, new: &Message) -> Result<TransactWriteItem> {
        ItemUpdate::new(&self.table, conversation_pk(&old.conversation), message_sk(old.id))
            .expression("SET retried_by = :new ADD rev :one")
            .condition("attribute_not_exists(retried_by) AND rev = :rev AND statuses = :expected")
            .value(":new", attr_s(new.id.to_string()))
            .value(":one", attr_n(1))
            .value(":rev", attr_n(old.rev))
            .value(":expected", to_attr(&old.statuses)?)
            .into_update()
    }

    async fn resolve_duplicate(
        &self,
        dedup_record: Option<Item>,
        to: &ConversationId,
        outbound: &NewOutbound,
        retry_of: Option<&Message>,
    ) -> Result<OutboundOutcome> {
        let target = dedup_record.as_ref().and_then(dedup_target);
        let target = match target {
            Some(target) => Some(target),
            None => self.get_dedup_record(idempotency_pk(outbound), "KEY").await?,
        };
        let (conversation, id) =
            target.ok_or_else(|| Error::internal("a dedup record without its message"))?;
        if conversation != *to {
            return Ok(OutboundOutcome::KeyReused);
        }
        if let Some(failed) = retry_of {
            // A retry is the earlier click only if that one stood in for the same message.
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

    /// The message that a person's earlier click with this key made.
    pub async fn find_by_idempotency_key(&self, outbound: &NewOutbound) -> Result<Option<Message>> {
        match self.get_dedup_record(idempotency_pk(outbound), "KEY").await? {
            Some((conversation, id)) => self.get_message(&conversation, id).await,
            None => Ok(None),
        }
    }
}

fn idempotency_pk(outbound: &NewOutbound) -> String {
    format!("KEY#{}#{}", outbound.user, outbound.idempotency_key)
}
