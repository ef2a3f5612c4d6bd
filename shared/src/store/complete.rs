//! Settling an intent: one transaction that requires it to exist, whatever its state.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::client::Store;
use super::conversations::conversation_pk;
use super::item_update::ItemUpdate;
use super::messages::message_sk;
use super::outbox::outbox_sk;
use super::row::{Item, attr_n, attr_s, to_attr};
use super::write::{ConditionOutcome, TransactError, put_if_absent};
use crate::error::Result;
use crate::message::SendResult;
use crate::message::extras::Price;
use crate::outbox::OutboxEntry;
use crate::sid::MessageSid;

/// How a send ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendCompletion {
    /// Twilio has it, under this SID.
    Accepted {
        /// Twilio's SID.
        sid: MessageSid,
        /// How many segments it counted, where that was told.
        segments: Option<u32>,
        /// What it cost, where that was told.
        price: Option<Price>,
    },
    /// Twilio refused it.
    Rejected {
        /// Twilio's code.
        code: u32,
    },
    /// It could not be found out.
    Unconfirmed,
    /// Its message is no more: nothing is to be sent.
    Discarded,
}

impl Store {
    /// Settles `intent` (and `job`, the look-up that found it out). False if it was settled before.
    pub async fn complete_send(
        &self,
        entry: &OutboxEntry,
        job: Option<&OutboxEntry>,
        completion: &SendCompletion,
    ) -> Result<bool> {
        let first = self.transact(self.completion_items(entry, job, completion, true)?).await;
        let outcomes = match first {
            Ok(()) => return Ok(true),
            Err(TransactError::ConditionsFailed(outcomes)) => outcomes,
            Err(TransactError::Other(error)) => return Err(error),
        };
        let failed = |index: usize| {
            outcomes.get(index).is_some_and(|outcome: &ConditionOutcome| outcome.failed)
        };
        if failed(0) {
            return Ok(false);
        }
        // The message is gone (deleted meanwhile), or its pointer stands already: settle without that part.
        let completion = if failed(1) { &SendCompletion::Discarded } else { completion };
        match self.transact(self.completion_items(entry, job, completion, false)?).await {
            Ok(()) => Ok(true),
            Err(TransactError::ConditionsFailed(_)) => Ok(false),
            Err(TransactError::Other(error)) => Err(error),
        }
    }

    fn completion_items(
        &self,
        entry: &OutboxEntry,
        job: Option<&OutboxEntry>,
        completion: &SendCompletion,
        with_dedup_record: bool,
    ) -> Result<Vec<TransactWriteItem>> {
        let mut items = vec![self.delete_entry(entry, "attribute_exists(pk)")?];
        if let Some(update) = self.message_result_update(entry, completion)? {
            items.push(update);
        }
        if let SendCompletion::Accepted { sid, .. } = completion
            && with_dedup_record
        {
            let dedup_record = Item::from([
                ("pk".to_owned(), attr_s(format!("SID#{sid}"))),
                ("sk".to_owned(), attr_s("SID")),
                ("conversation_id".to_owned(), attr_s(entry.conversation_id.as_str())),
                ("message_id".to_owned(), attr_s(entry.message_id.to_string())),
            ]);
            items.push(put_if_absent(&self.table, dedup_record)?);
        }
        if let Some(job) = job {
            items.push(self.delete_entry(job, "")?);
        }
        Ok(items)
    }

    pub(super) fn delete_entry(
        &self,
        entry: &OutboxEntry,
        condition: &str,
    ) -> Result<TransactWriteItem> {
        ItemUpdate::new(&self.table, conversation_pk(&entry.conversation_id), outbox_sk(entry))
            .condition(condition)
            .into_delete()
    }

    /// Removes a look-up that has nothing left to find out.
    pub async fn delete_job(&self, job: &OutboxEntry) -> Result<()> {
        self.transact(vec![self.delete_entry(job, "")?]).await.map_err(TransactError::into_error)
    }

    fn message_result_update(
        &self,
        entry: &OutboxEntry,
        completion: &SendCompletion,
    ) -> Result<Option<TransactWriteItem>> {
        let change = ItemUpdate::new(
            &self.table,
            conversation_pk(&entry.conversation_id),
            message_sk(entry.message_id),
        )
        .condition("attribute_exists(pk)")
        .value(":one", attr_n(1));
        let change = match completion {
            SendCompletion::Discarded => return Ok(None),
            SendCompletion::Accepted { sid, segments, price } => {
                let mut set =
                    "SET send_result = :send_result, sid = if_not_exists(sid, :sid)".to_owned();
                let mut change = change
                    .value(":send_result", to_attr(SendResult::Accepted)?)
                    .value(":sid", attr_s(sid.as_str()));
                if let Some(segments) = segments {
                    // "segments" is a reserved word.
                    set.push_str(", #segments = :segments");
                    change =
                        change.name("#segments", "segments").value(":segments", attr_n(segments));
                }
                if let Some(price) = price {
                    set.push_str(", price = :price");
                    change = change.value(":price", to_attr(price)?);
                }
                change.expression(&format!("{set} ADD rev :one"))
            }
            SendCompletion::Rejected { code } => change
                .value(":send_result", to_attr(SendResult::Rejected { code: *code })?)
                .expression("SET send_result = :send_result ADD rev :one"),
            SendCompletion::Unconfirmed => change
                .value(":send_result", to_attr(SendResult::Unconfirmed)?)
                .expression("SET send_result = :send_result ADD rev :one"),
        };
        change.into_update().map(Some)
    }
}
