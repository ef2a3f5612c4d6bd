//! Media of a message: fetched, failed, tried again; and what browsers have announced to upload.

use std::time::Duration;

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::client::Store;
use super::conversations::conversation_pk;
use super::item_update::ItemUpdate;
use super::messages::message_sk;
use super::outbox::outbox_sk;
use super::row::{attr_n, from_item, to_attr, to_item};
use super::write::{TransactError, put, unconditional};
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::media::{Media, MediaState};
use crate::message::Message;
use crate::outbox::{OutboxEntry, OutboxKind};

/// How long an announced upload may be sent with a message.
pub const UPLOAD_TTL: Duration = Duration::from_hours(24);

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
    pub fn object_key(id: Ulid) -> String {
        format!("uploads/{id}")
    }
}

impl Store {
    /// Writes what became of a message's media that was waited for. `None` if nobody waits for it any more.
    pub async fn complete_media(
        &self,
        message: &Message,
        index: usize,
        media: &Media,
    ) -> Result<Option<Message>> {
        let change = self.media_update(message, index, media, MediaState::Pending)?;
        change.execute(self, "table.update").await?.map(from_item).transpose()
    }

    /// Has media that failed fetched again. `None` if it did not fail.
    pub async fn retry_media(&self, message: &Message, index: usize) -> Result<Option<Message>> {
        let Some(failed) = message.media.get(index) else { return Ok(None) };
        let pending = Media { state: MediaState::Pending, error: None, ..failed.clone() };
        let change = self.media_update(message, index, &pending, MediaState::Failed)?;
        let job = match failed.source {
            Some(_) => self.fetch_media_job(message)?,
            None => self.media_look_up(message)?,
        };
        match self.transact(vec![change.into_update()?, job]).await {
            Ok(()) => self.get_message(&message.conversation, message.id).await,
            Err(TransactError::ConditionsFailed(_)) => Ok(None),
            Err(TransactError::Other(error)) => Err(error),
        }
    }

    fn media_update(
        &self,
        message: &Message,
        index: usize,
        media: &Media,
        expected_state: MediaState,
    ) -> Result<ItemUpdate> {
        // A number of ours, no name of anybody's: it may stand in the expression.
        Ok(ItemUpdate::new(
            &self.table,
            conversation_pk(&message.conversation),
            message_sk(message.id),
        )
        .expression(&format!("SET media[{index}] = :media ADD rev :one"))
        .condition(&format!("media[{index}].#state = :now"))
        .name("#state", "state")
        .value(":media", to_attr(media)?)
        .value(":now", to_attr(expected_state)?)
        .value(":one", attr_n(1)))
    }

    /// The job that fetches what a message waits for.
    pub(super) fn fetch_media_job(&self, message: &Message) -> Result<TransactWriteItem> {
        let now = self.clock.now();
        let (kind, id) = (OutboxKind::FetchMedia, self.ids.ulid(now));
        let job =
            OutboxEntry::job(kind, &message.conversation, &message.inbox, message.id, id, now);
        put(&self.table, to_item(&conversation_pk(&job.conversation_id), &outbox_sk(&job), &job)?)
    }

    /// Remembers what a browser may upload.
    pub async fn put_upload(&self, upload: Upload) -> Result<()> {
        let upload = Upload { expires_at: self.expires_at(UPLOAD_TTL), ..upload };
        let item = to_item(&format!("UPLOAD#{}", upload.id), "UPLOAD", &upload)?;
        let call = self.client.put_item().table_name(&*self.connections).set_item(Some(item));
        unconditional(self.call("connections.put", || call.clone().send()).await)?;
        Ok(())
    }

    /// What a browser was allowed to upload, while it is good.
    pub async fn get_upload(&self, id: Ulid) -> Result<Option<Upload>> {
        let call = self.client.get_item().table_name(&*self.connections).consistent_read(true);
        let call = call.key("pk", super::row::attr_s(format!("UPLOAD#{id}")));
        let call = call.key("sk", super::row::attr_s("UPLOAD"));
        let response = unconditional(self.call("connections.get", || call.clone().send()).await)?;
        let upload: Option<Upload> = response.item.map(from_item).transpose()?;
        Ok(upload.filter(|upload| upload.expires_at > self.clock.now().as_second()))
    }
}
