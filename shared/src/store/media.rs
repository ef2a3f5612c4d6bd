//! The media of a message and the uploads that browsers announced.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::client::Store;
use super::expression::equals;
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::outbox::put_outbox_entry;
use super::row::{from_item, to_attr};
use super::transaction::Transaction;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::ids::UploadId;
use crate::media::{Media, MediaState};
use crate::message::Message;
use crate::outbox::{OutboxEntry, OutboxKind};
use crate::username::Username;

/// The time in which an announced upload may be sent with a message.
pub const UPLOAD_TTL: Duration = Duration::from_hours(24);

/// A file that a browser may upload, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The ID. The object is `uploads/{id}`.
    pub id: UploadId,
    /// The uploading user's sign-in name.
    pub user: Username,
    /// The conversation in which it may be sent.
    pub conversation: ConversationId,
    /// The file name.
    pub name: String,
    /// The content type.
    pub content_type: String,
    /// The size, bytes.
    pub size: u64,
    /// The expiry, seconds since 1970.
    pub expires_at: i64,
}

impl Upload {
    /// Returns the key of the object in the bucket.
    pub fn object_key(id: UploadId) -> String {
        format!("uploads/{id}")
    }
}

impl Store {
    /// Stores the result of a media fetch. Returns `None` if the medium is no longer pending.
    pub async fn complete_media(
        &self,
        message: &Message,
        index: usize,
        media: &Media,
    ) -> Result<Option<Message>> {
        let update = media_update(message, index, media, MediaState::Pending)?;
        update.execute(self, "table.update").await?.map(from_item).transpose()
    }

    /// Creates a job that fetches a failed medium again. Returns `None` if it did not fail.
    pub async fn retry_media(&self, message: &Message, index: usize) -> Result<Option<Message>> {
        let Some(retried) = message.media.get(index).and_then(Media::retried) else {
            return Ok(None);
        };
        let mut transaction = Transaction::new();
        transaction.update(media_update(message, index, &retried, MediaState::Failed)?);
        let job = if retried.needs_look_up() {
            self.media_look_up(message)
        } else {
            self.fetch_media_job(message)
        };
        put_outbox_entry(&mut transaction, &job)?;
        if self.commit(transaction).await?.is_committed() {
            self.get_message(&message.conversation, message.id).await
        } else {
            Ok(None)
        }
    }

    /// Returns the job that fetches the pending media of a message.
    pub(super) fn fetch_media_job(&self, message: &Message) -> OutboxEntry {
        self.new_job(OutboxKind::FetchMedia, message)
    }

    /// Stores an announced upload.
    pub async fn put_upload(&self, upload: Upload) -> Result<()> {
        let upload = Upload { expires_at: self.expires_at(UPLOAD_TTL), ..upload };
        self.put(&Key::upload(upload.id), &upload).await
    }

    /// Returns an announced upload that has not expired.
    pub async fn get_upload(&self, id: UploadId) -> Result<Option<Upload>> {
        let upload: Option<Upload> = self.get(&Key::upload(id)).await?;
        Ok(upload.filter(|upload| upload.expires_at > self.clock.now().as_second()))
    }
}

/// Replaces one medium of a message that is in the expected state.
fn media_update(
    message: &Message,
    index: usize,
    media: &Media,
    expected_state: MediaState,
) -> Result<ItemUpdate> {
    Ok(ItemUpdate::new(Key::message(&message.conversation, message.id))
        .set(&format!("media[{index}]"), to_attr(media)?)
        .increment("rev")
        .require(equals(format!("media[{index}].state"), to_attr(expected_state)?)))
}
