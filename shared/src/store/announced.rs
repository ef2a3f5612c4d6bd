//! Files that an event announced without their addresses: looked for at Twilio when no webhook has named them.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::Store;
use super::change::Change;
use super::conversations::partition;
use super::intents::intent_sort;
use super::messages::message_sort;
use super::row::{encode, number, value};
use super::write::{Refusal, put};
use crate::error::Result;
use crate::intent::{Intent, IntentKind, IntentState};
use crate::media::Media;
use crate::message::Message;

impl Store {
    /// The job that looks for them in a minute: the webhook is about to come.
    pub(super) fn find_media_job(&self, message: &Message) -> Result<TransactWriteItem> {
        self.put_job(&Intent { state: IntentState::Later, ..self.finding(message) })
    }

    /// The job that looks for them now.
    pub(super) fn find_media_again(&self, message: &Message) -> Result<TransactWriteItem> {
        self.put_job(&self.finding(message))
    }

    fn finding(&self, message: &Message) -> Intent {
        let now = self.clock.now();
        let (kind, id) = (IntentKind::FindMedia, self.ids.ulid(now));
        Intent::job(kind, &message.conversation, &message.inbox, message.id, id, now)
    }

    fn put_job(&self, job: &Intent) -> Result<TransactWriteItem> {
        put(&self.table, encode(&partition(&job.conversation), &intent_sort(job), job)?)
    }

    /// Gives a message the media that `job` found out, has them fetched, and ends the job. False if the message is another
    /// by now than `seen`.
    pub async fn settle_announced(
        &self,
        seen: &Message,
        media: Vec<Media>,
        job: &Intent,
    ) -> Result<bool> {
        let message = Message { media, rev: seen.rev + 1, ..seen.clone() };
        let change =
            Change::of(&self.table, partition(&message.conversation), message_sort(message.id))
                .update("SET media = :media, rev = :rev")
                .when("rev = :seen")
                .value(":media", value(&message.media)?)
                .value(":rev", number(message.rev))
                .value(":seen", number(seen.rev));
        let mut items = vec![change.into_update()?, self.gone(job, "attribute_exists(pk)")?];
        if message.waits_for_media() {
            items.push(self.fetch_job(&message)?);
        }
        let conversation = self.conversation(&message.conversation).await?;
        if conversation.is_some_and(|conversation| conversation.last == Some(message.id)) {
            items.push(self.preview_change(&message)?);
        }
        match self.transact(items).await {
            Ok(()) => Ok(true),
            Err(Refusal::Conditions(_)) => Ok(false),
            Err(Refusal::Other(error)) => Err(error),
        }
    }
}
