//! A message's text and media taken away: from sight at once, from the bucket and at Twilio by a job.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::client::Store;
use super::conversations::{META, conversation_pk};
use super::item_update::ItemUpdate;
use super::messages::message_sk;
use super::outbox::outbox_sk;
use super::row::{attr_n, attr_s, to_attr, to_item};
use super::write::{TransactError, put};
use crate::error::{Error, Result};
use crate::message::Message;
use crate::outbox::{OutboxEntry, OutboxKind};

const MAX_ATTEMPTS: u32 = 16;

impl Store {
    /// Empties a message and the preview that shows it, and has its files deleted and it emptied at Twilio. `None` if the
    /// message is no more.
    pub async fn redact_message(&self, target: &Message) -> Result<Option<Message>> {
        for _ in 0..MAX_ATTEMPTS {
            let Some(current) = self.get_message(&target.conversation, target.id).await? else {
                return Ok(None);
            };
            if current.redacted {
                return Ok(Some(current));
            }
            let redacted = current.redacted_copy();
            let mut items = vec![self.redaction_update(&redacted)?, self.redact_job(&current)?];
            let conversation = self.get_conversation(&target.conversation).await?;
            if conversation.is_some_and(|conversation| conversation.last_ulid == Some(target.id)) {
                items.push(self.preview_update(&redacted)?);
            }
            match self.transact(items).await {
                Ok(()) => return Ok(Some(redacted)),
                // Something came meanwhile: read and decide again.
                Err(TransactError::ConditionsFailed(_)) => {}
                Err(TransactError::Other(error)) => return Err(error),
            }
        }
        Err(Error::Unavailable("the conversation changed at every attempt".into()))
    }

    /// `rev` is the emptied message's: it was read with the one before.
    fn redaction_update(&self, redacted: &Message) -> Result<TransactWriteItem> {
        ItemUpdate::new(
            &self.table,
            conversation_pk(&redacted.conversation),
            message_sk(redacted.id),
        )
        .expression(
            "SET body = :none, extras = :extras, redacted = :yes, rev = :rev \
                 REMOVE media",
        )
        .condition("rev = :expected")
        .value(":none", attr_s(""))
        .value(":extras", to_attr(&redacted.extras)?)
        .value(":yes", to_attr(true)?)
        .value(":rev", attr_n(redacted.rev))
        .value(":expected", attr_n(redacted.rev.saturating_sub(1)))
        .into_update()
    }

    fn redact_job(&self, message: &Message) -> Result<TransactWriteItem> {
        let now = self.clock.now();
        let (kind, id) = (OutboxKind::RedactMessage, self.ids.ulid(now));
        let job =
            OutboxEntry::job(kind, &message.conversation, &message.inbox, message.id, id, now);
        // Those of a message that was sent again are the new one's too.
        let media = message.media.iter().filter(|_| message.retried_by.is_none());
        let object_keys = media.filter_map(|attachment| attachment.object_key.clone()).collect();
        let job = OutboxEntry { object_keys, ..job };
        put(&self.table, to_item(&conversation_pk(&job.conversation_id), &outbox_sk(&job), &job)?)
    }

    pub(super) fn preview_update(&self, message: &Message) -> Result<TransactWriteItem> {
        ItemUpdate::new(&self.table, conversation_pk(&message.conversation), META)
            .expression("SET preview = :preview ADD rev :one")
            .condition("last_ulid = :ulid AND attribute_exists(list_pk)")
            .value(":preview", to_attr(message.preview())?)
            .value(":ulid", attr_s(message.id.to_string()))
            .value(":one", attr_n(1))
            .into_update()
    }
}
