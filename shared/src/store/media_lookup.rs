//! Files that an event announced without their addresses: looked for at Twilio when no webhook has named them.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::client::Store;
use super::conversations::conversation_pk;
use super::item_update::ItemUpdate;
use super::messages::message_sk;
use super::outbox::outbox_sk;
use super::row::{attr_n, to_attr, to_item};
use super::write::{TransactError, put};
use crate::error::Result;
use crate::media::Media;
use crate::message::Message;
use crate::outbox::{OutboxEntry, OutboxKind, OutboxState};

impl Store {
    /// The job that looks for them in a minute: the webhook is about to come.
    pub(super) fn deferred_media_look_up(&self, message: &Message) -> Result<TransactWriteItem> {
        self.put_job_item(&OutboxEntry {
            state: OutboxState::Deferred,
            ..self.new_look_up_job(message)
        })
    }

    /// The job that looks for them now.
    pub(super) fn media_look_up(&self, message: &Message) -> Result<TransactWriteItem> {
        self.put_job_item(&self.new_look_up_job(message))
    }

    fn new_look_up_job(&self, message: &Message) -> OutboxEntry {
        let now = self.clock.now();
        let (kind, id) = (OutboxKind::LookUpMedia, self.ids.ulid(now));
        OutboxEntry::job(kind, &message.conversation, &message.inbox, message.id, id, now)
    }

    fn put_job_item(&self, job: &OutboxEntry) -> Result<TransactWriteItem> {
        put(&self.table, to_item(&conversation_pk(&job.conversation_id), &outbox_sk(job), job)?)
    }

    /// Gives a message the media that `job` found out, has them fetched, and ends the job. False if the message is another
    /// by now than `seen`.
    pub async fn complete_media_look_up(
        &self,
        expected: &Message,
        media: Vec<Media>,
        job: &OutboxEntry,
    ) -> Result<bool> {
        let message = Message { media, rev: expected.rev + 1, ..expected.clone() };
        let change = ItemUpdate::new(
            &self.table,
            conversation_pk(&message.conversation),
            message_sk(message.id),
        )
        .expression("SET media = :media, rev = :rev")
        .condition("rev = :expected")
        .value(":media", to_attr(&message.media)?)
        .value(":rev", attr_n(message.rev))
        .value(":expected", attr_n(expected.rev));
        let mut items =
            vec![change.into_update()?, self.delete_entry(job, "attribute_exists(pk)")?];
        if message.has_fetchable_media() {
            items.push(self.fetch_media_job(&message)?);
        }
        let conversation = self.get_conversation(&message.conversation).await?;
        if conversation.is_some_and(|conversation| conversation.last_ulid == Some(message.id)) {
            items.push(self.preview_update(&message)?);
        }
        match self.transact(items).await {
            Ok(()) => Ok(true),
            Err(TransactError::ConditionsFailed(_)) => Ok(false),
            Err(TransactError::Other(error)) => Err(error),
        }
    }
}
