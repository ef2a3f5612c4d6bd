//! Completes a send: one transaction that requires the outbox entry to exist, whatever its state.

use super::client::Store;
use super::dedup::DedupRecord;
use super::expression::exists;
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::row::{attr_n, attr_s, to_attr};
use super::transaction::{Commit, Slot, Transaction};
use crate::error::Result;
use crate::message::SendResult;
use crate::message::extras::Price;
use crate::outbox::OutboxEntry;
use crate::sid::MessageSid;
use crate::twilio_codes;

/// The result of a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendCompletion {
    /// Twilio accepted the message.
    Accepted {
        /// Twilio's SID.
        sid: MessageSid,
        /// The number of segments, if Twilio told it.
        segments: Option<u32>,
        /// The price, if Twilio told it.
        price: Option<Price>,
    },
    /// Twilio rejected the message.
    Rejected {
        /// Twilio's error code.
        code: u32,
    },
    /// The result could not be found out.
    Unconfirmed,
    /// The message is deleted; nothing is sent.
    Discarded,
}

/// The slots of the transaction that are asked about.
struct CompletionSlots {
    entry: Slot,
    message: Option<Slot>,
}

impl Store {
    /// Completes `entry` and the look-up `job` that found out its result. Returns `false` if it was completed before.
    pub async fn complete_send(
        &self,
        entry: &OutboxEntry,
        job: Option<&OutboxEntry>,
        completion: &SendCompletion,
    ) -> Result<bool> {
        let (mut transaction, slots) = completion_transaction(entry, job, completion, true)?;
        if let SendCompletion::Rejected { code: twilio_codes::OPTED_OUT } = completion {
            let (conversation, message) = entry.message()?;
            self.add_opt_out(&mut transaction, conversation, message.time()).await?;
        }
        let failed = match self.commit(transaction).await? {
            Commit::Committed => return Ok(true),
            Commit::Failed(failed) => failed,
        };
        if failed.failed(slots.entry) {
            return Ok(false);
        }
        // The message was deleted, its dedup record exists already, or its consent changed: complete without that part.
        let is_deleted = slots.message.is_some_and(|slot| failed.failed(slot));
        let completion = if is_deleted { &SendCompletion::Discarded } else { completion };
        let (transaction, _) = completion_transaction(entry, job, completion, false)?;
        Ok(self.commit(transaction).await?.is_committed())
    }

    /// Deletes a look-up job that has nothing left to find out.
    pub async fn delete_job(&self, job: &OutboxEntry) -> Result<()> {
        self.delete(&Key::outbox(job)).await.map(|_| ())
    }
}

fn completion_transaction(
    entry: &OutboxEntry,
    job: Option<&OutboxEntry>,
    completion: &SendCompletion,
    with_dedup_record: bool,
) -> Result<(Transaction, CompletionSlots)> {
    let mut transaction = Transaction::new();
    let entry_slot = transaction.delete(ItemUpdate::new(Key::outbox(entry)).require(exists("pk")));
    let update = message_result_update(entry, completion)?;
    let message = update.map(|update| transaction.update(update));
    if let SendCompletion::Accepted { sid, .. } = completion
        && with_dedup_record
    {
        let (conversation, message_id) = entry.message()?;
        let record = DedupRecord { conversation_id: conversation.clone(), message_id };
        transaction.put_if_absent(Key::sid(sid), &record)?;
    }
    if let Some(job) = job {
        transaction.delete(ItemUpdate::new(Key::outbox(job)));
    }
    Ok((transaction, CompletionSlots { entry: entry_slot, message }))
}

fn message_result_update(
    entry: &OutboxEntry,
    completion: &SendCompletion,
) -> Result<Option<ItemUpdate>> {
    let (conversation, message) = entry.message()?;
    let update = ItemUpdate::new(Key::message(conversation, message));
    let update = match completion {
        SendCompletion::Discarded => return Ok(None),
        SendCompletion::Accepted { sid, segments, price } => update
            .set("send_result", to_attr(SendResult::Accepted)?)
            .set_if_absent("sid", attr_s(sid.as_str()))
            .set_some("segments", segments.map(attr_n))
            .set_some("price", price.as_ref().map(to_attr).transpose()?),
        SendCompletion::Rejected { code } => {
            update.set("send_result", to_attr(SendResult::Rejected { code: *code })?)
        }
        SendCompletion::Unconfirmed => update.set("send_result", to_attr(SendResult::Unconfirmed)?),
    };
    Ok(Some(update.increment("rev").require(exists("pk"))))
}
