//! Media of a message: fetched, failed, tried again; and what browsers have announced to upload.

use std::time::Duration;

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::Store;
use super::change::Change;
use super::conversations::partition;
use super::intents::intent_sort;
use super::messages::message_sort;
use super::row::{decode, encode, number, value};
use super::write::{Refusal, always, put};
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::intent::{Intent, IntentKind};
use crate::media::{Media, MediaState};
use crate::message::Message;

/// How long an announced upload may be sent with a message.
pub const UPLOAD_LIFE: Duration = Duration::from_hours(24);

/// A file that a browser was allowed to upload (attributes beside the keys).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Its id; its object is `uploads/{id}`.
    pub id: Ulid,
    /// Sign-in name of who uploads.
    pub user: String,
    /// Where it may be sent.
    pub conversation: ConversationId,
    /// The file's name.
    pub name: String,
    /// The type that was agreed.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// Seconds since 1970.
    pub expires_at: i64,
}

impl Upload {
    /// The key of its object.
    pub fn object(id: Ulid) -> String {
        format!("uploads/{id}")
    }
}

impl Store {
    /// Writes what became of a message's media that was waited for. `None` if nobody waits for it any more.
    pub async fn settle_media(
        &self,
        message: &Message,
        index: usize,
        media: &Media,
    ) -> Result<Option<Message>> {
        let change = self.media_change(message, index, media, MediaState::Waiting)?;
        change.write(self, "table.update").await?.map(decode).transpose()
    }

    /// Has media that failed fetched again. `None` if it did not fail.
    pub async fn retry_media(&self, message: &Message, index: usize) -> Result<Option<Message>> {
        let Some(failed) = message.media.get(index) else { return Ok(None) };
        let waiting = Media { state: MediaState::Waiting, problem: None, ..failed.clone() };
        let change = self.media_change(message, index, &waiting, MediaState::Failed)?;
        let job = match failed.source {
            Some(_) => self.fetch_job(message)?,
            None => self.find_media_again(message)?,
        };
        match self.transact(vec![change.into_update()?, job]).await {
            Ok(()) => self.message(&message.conversation, message.id).await,
            Err(Refusal::Conditions(_)) => Ok(None),
            Err(Refusal::Other(error)) => Err(error),
        }
    }

    fn media_change(
        &self,
        message: &Message,
        index: usize,
        media: &Media,
        now: MediaState,
    ) -> Result<Change> {
        // A number of ours, no name of anybody's: it may stand in the expression.
        Ok(Change::of(&self.table, partition(&message.conversation), message_sort(message.id))
            .update(&format!("SET media[{index}] = :media ADD rev :one"))
            .when(&format!("media[{index}].#state = :now"))
            .name("#state", "state")
            .value(":media", value(media)?)
            .value(":now", value(now)?)
            .value(":one", number(1)))
    }

    /// The job that fetches what a message waits for.
    pub(super) fn fetch_job(&self, message: &Message) -> Result<TransactWriteItem> {
        let now = self.clock.now();
        let (kind, id) = (IntentKind::FetchMedia, self.ids.ulid(now));
        let job = Intent::job(kind, &message.conversation, &message.inbox, message.id, id, now);
        put(&self.table, encode(&partition(&job.conversation), &intent_sort(&job), &job)?)
    }

    /// Remembers what a browser may upload.
    pub async fn add_upload(&self, upload: Upload) -> Result<()> {
        let upload = Upload { expires_at: self.expiry(UPLOAD_LIFE), ..upload };
        let item = encode(&format!("UPLOAD#{}", upload.id), "UPLOAD", &upload)?;
        let call = self.client.put_item().table_name(&*self.connections).set_item(Some(item));
        always(self.single("connections.put", || call.clone().send()).await)?;
        Ok(())
    }

    /// What a browser was allowed to upload, while it is good.
    pub async fn upload(&self, id: Ulid) -> Result<Option<Upload>> {
        let call = self.client.get_item().table_name(&*self.connections).consistent_read(true);
        let call = call.key("pk", super::row::text(format!("UPLOAD#{id}")));
        let call = call.key("sk", super::row::text("UPLOAD"));
        let answer = always(self.single("connections.get", || call.clone().send()).await)?;
        let upload: Option<Upload> = answer.item.map(decode).transpose()?;
        Ok(upload.filter(|upload| upload.expires_at > self.clock.now().as_second()))
    }
}
