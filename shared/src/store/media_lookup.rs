//! Look-ups of media that an event announced without URLs and no webhook has named.

use super::client::Store;
use super::expression::{equals, exists};
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::outbox::{message_entry, put_outbox_entry};
use super::redaction::preview_update;
use super::row::{attr_n, to_attr};
use super::transaction::Transaction;
use crate::error::Result;
use crate::ids::EntryId;
use crate::media::Media;
use crate::message::Message;
use crate::outbox::{OutboxEntry, OutboxKind, OutboxState};

impl Store {
    /// Returns the job that looks up media in a minute, because the webhook is about to come.
    pub(super) fn deferred_media_look_up(&self, message: &Message) -> OutboxEntry {
        OutboxEntry { state: OutboxState::Deferred, ..self.media_look_up(message) }
    }

    /// Returns the job that looks up media at once.
    pub(super) fn media_look_up(&self, message: &Message) -> OutboxEntry {
        self.new_job(OutboxKind::LookUpMedia, message)
    }

    /// Returns a new job about a message.
    pub(super) fn new_job(&self, kind: OutboxKind, message: &Message) -> OutboxEntry {
        let now = self.clock.now();
        message_entry(kind, message, EntryId::generate(&*self.ids, now), now)
    }

    /// Stores the media that `job` found, creates the job that fetches them, and deletes `job`. Returns `false` if the
    /// message has changed since it was read.
    pub async fn complete_media_look_up(
        &self,
        expected: &Message,
        media: Vec<Media>,
        job: &OutboxEntry,
    ) -> Result<bool> {
        let message = Message { media, rev: expected.rev + 1, ..expected.clone() };
        let mut transaction = Transaction::new();
        transaction.update(
            ItemUpdate::new(Key::message(&message.conversation, message.id))
                .set("media", to_attr(&message.media)?)
                .set("rev", attr_n(message.rev))
                .require(equals("rev", attr_n(expected.rev))),
        );
        transaction.delete(ItemUpdate::new(Key::outbox(job)).require(exists("pk")));
        if message.has_fetchable_media() {
            put_outbox_entry(&mut transaction, &self.fetch_media_job(&message))?;
        }
        let conversation = self.get_conversation(&message.conversation).await?;
        if conversation.is_some_and(|conversation| conversation.last_ulid == Some(message.id)) {
            transaction.update(preview_update(&message)?);
        }
        Ok(self.commit(transaction).await?.is_committed())
    }
}
