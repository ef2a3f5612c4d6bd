//! Removes the content of a message: here at once, in the bucket and at Twilio by a job.

use super::client::Store;
use super::expression::equals;
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::meta::MetaUpdate;
use super::outbox::put_outbox_entry;
use super::row::{attr_n, attr_s, to_attr};
use super::transaction::Transaction;
use crate::attempts::Attempts;
use crate::error::Result;
use crate::message::Message;
use crate::outbox::{OutboxEntry, OutboxKind};

const MAX_ATTEMPTS: u32 = 16;

impl Store {
    /// Removes the content of a message and of the preview that shows it, and creates the job that deletes it at Twilio.
    /// Returns `None` if the message does not exist.
    pub async fn redact_message(&self, target: &Message) -> Result<Option<Message>> {
        let mut attempts = Attempts::new(MAX_ATTEMPTS);
        loop {
            attempts.begin()?;
            let Some(current) = self.get_message(&target.conversation, target.id).await? else {
                return Ok(None);
            };
            if current.redacted {
                return Ok(Some(current));
            }
            let redacted = current.redacted_copy();
            let mut transaction = Transaction::new();
            transaction.update(redaction_update(&redacted)?);
            put_outbox_entry(&mut transaction, &self.redact_job(&current))?;
            let conversation = self.get_conversation(&target.conversation).await?;
            if conversation.is_some_and(|conversation| conversation.last_ulid == Some(target.id)) {
                transaction.update(preview_update(&redacted)?);
            }
            // Otherwise another write came first: read and decide again.
            if self.commit(transaction).await?.is_committed() {
                return Ok(Some(redacted));
            }
        }
    }

    fn redact_job(&self, message: &Message) -> OutboxEntry {
        let object_keys = message
            .media
            .iter()
            .filter_map(|media| media.stored().map(|stored| stored.object_key.clone()))
            .collect();
        OutboxEntry { object_keys, ..self.new_job(OutboxKind::RedactMessage, message) }
    }
}

/// Returns the update of the preview, if `message` is still the last one of a listed conversation.
pub(super) fn preview_update(message: &Message) -> Result<MetaUpdate> {
    let update = MetaUpdate::new(&message.conversation).set_preview(message)?;
    Ok(update.require_last(message.id).require_listed())
}

/// Returns the update that removes the content. `redacted.rev` is one more than the `rev` that was read.
fn redaction_update(redacted: &Message) -> Result<ItemUpdate> {
    Ok(ItemUpdate::new(Key::message(&redacted.conversation, redacted.id))
        .set("body", attr_s(""))
        .set("extras", to_attr(&redacted.extras)?)
        .set("redacted", to_attr(true)?)
        .set("rev", attr_n(redacted.rev))
        .remove("media")
        .require(equals("rev", attr_n(redacted.rev.saturating_sub(1)))))
}
