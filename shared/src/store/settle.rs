//! Settling an intent: one transaction that requires it to exist, whatever its state.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::Store;
use super::change::Change;
use super::conversations::partition;
use super::intents::intent_sort;
use super::messages::message_sort;
use super::row::{Item, number, text, value};
use super::write::{Refusal, Verdict, put_new};
use crate::error::Result;
use crate::intent::Intent;
use crate::message::Outcome;
use crate::particulars::Price;
use crate::sid::MessageSid;

/// How a send ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// Twilio has it, under this SID.
    Sent {
        /// Twilio's SID.
        sid: MessageSid,
        /// How many segments it counted, where that was told.
        segments: Option<u32>,
        /// What it cost, where that was told.
        price: Option<Price>,
    },
    /// Twilio refused it.
    Refused {
        /// Twilio's code.
        code: u32,
    },
    /// It could not be found out.
    Unconfirmed,
    /// Its message is no more: nothing is to be sent.
    Dropped,
}

impl Store {
    /// Settles `intent` (and `job`, the look-up that found it out). False if it was settled before.
    pub async fn settle(
        &self,
        intent: &Intent,
        job: Option<&Intent>,
        how: &Settled,
    ) -> Result<bool> {
        let first = self.transact(self.settlement(intent, job, how, true)?).await;
        let verdicts = match first {
            Ok(()) => return Ok(true),
            Err(Refusal::Conditions(verdicts)) => verdicts,
            Err(Refusal::Other(error)) => return Err(error),
        };
        let failed = |index: usize| verdicts.get(index).is_some_and(|v: &Verdict| v.failed);
        if failed(0) {
            return Ok(false);
        }
        // The message is gone (deleted meanwhile), or its pointer stands already: settle without that part.
        let how = if failed(1) { &Settled::Dropped } else { how };
        match self.transact(self.settlement(intent, job, how, false)?).await {
            Ok(()) => Ok(true),
            Err(Refusal::Conditions(_)) => Ok(false),
            Err(Refusal::Other(error)) => Err(error),
        }
    }

    fn settlement(
        &self,
        intent: &Intent,
        job: Option<&Intent>,
        how: &Settled,
        with_pointer: bool,
    ) -> Result<Vec<TransactWriteItem>> {
        let mut items = vec![self.gone(intent, "attribute_exists(pk)")?];
        if let Some(outcome) = self.outcome(intent, how)? {
            items.push(outcome);
        }
        if let Settled::Sent { sid, .. } = how
            && with_pointer
        {
            let pointer = Item::from([
                ("pk".to_owned(), text(format!("SID#{sid}"))),
                ("sk".to_owned(), text("SID")),
                ("conversation".to_owned(), text(intent.conversation.as_str())),
                ("message".to_owned(), text(intent.target.to_string())),
            ]);
            items.push(put_new(&self.table, pointer)?);
        }
        if let Some(job) = job {
            items.push(self.gone(job, "")?);
        }
        Ok(items)
    }

    pub(super) fn gone(&self, intent: &Intent, condition: &str) -> Result<TransactWriteItem> {
        Change::of(&self.table, partition(&intent.conversation), intent_sort(intent))
            .when(condition)
            .into_delete()
    }

    /// Removes a look-up that has nothing left to find out.
    pub async fn drop_job(&self, job: &Intent) -> Result<()> {
        self.transact(vec![self.gone(job, "")?]).await.map_err(Refusal::unexpected)
    }

    fn outcome(&self, intent: &Intent, how: &Settled) -> Result<Option<TransactWriteItem>> {
        let change =
            Change::of(&self.table, partition(&intent.conversation), message_sort(intent.target))
                .when("attribute_exists(pk)")
                .value(":one", number(1));
        let change = match how {
            Settled::Dropped => return Ok(None),
            Settled::Sent { sid, segments, price } => {
                let mut set = "SET outcome = :outcome, sid = if_not_exists(sid, :sid)".to_owned();
                let mut change = change
                    .value(":outcome", value(Outcome::Sent)?)
                    .value(":sid", text(sid.as_str()));
                if let Some(segments) = segments {
                    // "segments" is a reserved word.
                    set.push_str(", #segments = :segments");
                    change =
                        change.name("#segments", "segments").value(":segments", number(segments));
                }
                if let Some(price) = price {
                    set.push_str(", price = :price");
                    change = change.value(":price", value(price)?);
                }
                change.update(&format!("{set} ADD rev :one"))
            }
            Settled::Refused { code } => change
                .value(":outcome", value(Outcome::Refused { code: *code })?)
                .update("SET outcome = :outcome ADD rev :one"),
            Settled::Unconfirmed => change
                .value(":outcome", value(Outcome::Unconfirmed)?)
                .update("SET outcome = :outcome ADD rev :one"),
        };
        change.into_update().map(Some)
    }
}
