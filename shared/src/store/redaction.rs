//! A message's text and media taken away: from sight at once, from the bucket and at Twilio by a job.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::Store;
use super::change::Change;
use super::conversations::{META, partition};
use super::intents::intent_sort;
use super::messages::message_sort;
use super::row::{encode, number, text, value};
use super::write::{Refusal, put};
use crate::conversation::Preview;
use crate::error::{Error, Result};
use crate::intent::{Intent, IntentKind};
use crate::message::Message;

const TRIES: u32 = 16;

impl Store {
    /// Empties a message and the preview that shows it, and has its files deleted and it emptied at Twilio. `None` if the
    /// message is no more.
    pub async fn redact(&self, seen: &Message) -> Result<Option<Message>> {
        for _ in 0..TRIES {
            let Some(now) = self.message(&seen.conversation, seen.id).await? else {
                return Ok(None);
            };
            if now.redacted {
                return Ok(Some(now));
            }
            let emptied = now.emptied();
            let mut items = vec![self.emptying(&emptied)?, self.redact_job(&now)?];
            let conversation = self.conversation(&seen.conversation).await?;
            if conversation.is_some_and(|conversation| conversation.last == Some(seen.id)) {
                items.push(self.preview_change(&emptied)?);
            }
            match self.transact(items).await {
                Ok(()) => return Ok(Some(emptied)),
                // Something came meanwhile: read and decide again.
                Err(Refusal::Conditions(_)) => {}
                Err(Refusal::Other(error)) => return Err(error),
            }
        }
        Err(Error::Busy("the conversation moved on at every try".into()))
    }

    /// `rev` is the emptied message's: it was read with the one before.
    fn emptying(&self, emptied: &Message) -> Result<TransactWriteItem> {
        Change::of(&self.table, partition(&emptied.conversation), message_sort(emptied.id))
            .update(
                "SET body = :none, particulars = :particulars, redacted = :yes, rev = :rev \
                 REMOVE media",
            )
            .when("rev = :seen")
            .value(":none", text(""))
            .value(":particulars", value(&emptied.particulars)?)
            .value(":yes", value(true)?)
            .value(":rev", number(emptied.rev))
            .value(":seen", number(emptied.rev.saturating_sub(1)))
            .into_update()
    }

    fn redact_job(&self, message: &Message) -> Result<TransactWriteItem> {
        let now = self.clock.now();
        let (kind, id) = (IntentKind::RedactMessage, self.ids.ulid(now));
        let job = Intent::job(kind, &message.conversation, &message.inbox, message.id, id, now);
        // Those of a message that was sent again are the new one's too.
        let own = message.media.iter().filter(|_| message.retried_by.is_none());
        let objects = own.filter_map(|media| media.object.clone()).collect();
        let job = Intent { objects, ..job };
        put(&self.table, encode(&partition(&job.conversation), &intent_sort(&job), &job)?)
    }

    pub(super) fn preview_change(&self, message: &Message) -> Result<TransactWriteItem> {
        Change::of(&self.table, partition(&message.conversation), META)
            .update("SET preview = :preview ADD rev :one")
            .when("#last = :ulid AND attribute_exists(list_pk)")
            .name("#last", "last")
            .value(":preview", value(Preview::of(message))?)
            .value(":ulid", text(message.id.to_string()))
            .value(":one", number(1))
            .into_update()
    }
}
