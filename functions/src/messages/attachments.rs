//! Validates uploads and stores them as the media of a message.

use serde::Deserialize;
use shared::bucket::MediaBucket;
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::ids::UploadId;
use shared::lambda::Caller;
use shared::localized;
use shared::media::file_name::{received_file_name, sanitize_file_name};
use shared::media::file_type::{Claim, FileSample, HEAD_LEN, OCTET_STREAM, TAIL_LEN};
use shared::media::{Media, StoredMedia};
use shared::sending::can_send::DraftAttachment;
use shared::store::{NewOutbound, Upload};
use utoipa::ToSchema;

use crate::app::App;
use crate::uploads::accepted_type::accepted_type;

/// The maximum number of uploads in a request.
///
/// It exceeds the limit of every channel, so that `can_send` can report that limit.
const MAX_UPLOADS: usize = 20;

/// An uploaded file to attach to a message.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachedUpload {
    /// The `upload_id` that `create-upload` returned.
    upload_id: String,
    /// The file name to use instead of the one passed to `create-upload`.
    #[serde(default)]
    name: Option<String>,
}

/// Returns the media of the requested uploads as the message stores them, before they are validated.
pub fn requested_media(
    conversation: &Conversation,
    outbound: &NewOutbound,
    uploads: &[AttachedUpload],
) -> Result<Vec<StoredMedia>> {
    if uploads.len() > MAX_UPLOADS {
        return Err(Error::TooLarge(localized::message::far_too_many_files()));
    }
    let media = uploads.iter().enumerate().map(|(index, upload)| {
        let id = UploadId::parse(&upload.upload_id).ok_or_else(upload_not_found)?;
        Ok(StoredMedia {
            object_key: outbound.object_key(&conversation.id, index),
            content_type: OCTET_STREAM.to_owned(),
            name: upload.name.as_deref().map(sanitize_file_name).filter(|name| !name.is_empty()),
            size: 0,
            upload: Some(id),
        })
    });
    media.collect()
}

/// Checks that each upload is complete and belongs to the caller and the conversation.
///
/// Sets the name, size and detected media type of each file.
pub async fn validate_uploads(
    app: &App,
    bucket: &MediaBucket,
    caller: &Caller,
    conversation: &Conversation,
    media: &mut [StoredMedia],
) -> Result<()> {
    for (index, file) in media.iter_mut().enumerate() {
        let upload = match file.upload {
            Some(id) => app.store.get_upload(id).await?,
            None => None,
        };
        let upload = upload.filter(|upload| {
            upload.user == caller.username && upload.conversation == conversation.id
        });
        let upload = upload.ok_or_else(upload_not_found)?;
        let source = Upload::object_key(upload.id);
        let stored = bucket.head(&source).await?;
        if stored.is_none_or(|object| object.size != upload.size) {
            return Err(Error::Unprocessable(localized::file::not_whole()));
        }
        let head = bucket.read_prefix(&source, HEAD_LEN).await?;
        let tail = bucket.read_suffix(&source, TAIL_LEN).await?;
        let sample = FileSample::new(&head, &tail, upload.size);
        let claim = Claim { content_type: Some(&upload.content_type), name: Some(&upload.name) };
        let content_type = accepted_type(conversation, &sample, &claim)?;
        content_type.clone_into(&mut file.content_type);
        file.size = upload.size;
        let name = file.name.take().unwrap_or(upload.name);
        let now = app.clock.now();
        file.name = Some(received_file_name(Some(&name), content_type, now, index));
    }
    Ok(())
}

/// The files to copy before a message is stored, so that each message owns its files.
#[derive(Debug, Clone)]
pub struct FileCopies<'a> {
    bucket: &'a MediaBucket,
    /// The keys of the originals, and the copies.
    files: Vec<(String, StoredMedia)>,
}

impl<'a> FileCopies<'a> {
    /// Returns the copies of uploads.
    pub fn of_uploads(bucket: &'a MediaBucket, media: &[StoredMedia]) -> Self {
        let source = |file: &StoredMedia| file.upload.map(Upload::object_key);
        let files = media.iter().filter_map(|file| Some((source(file)?, file.clone())));
        Self { bucket, files: files.collect() }
    }

    /// Returns the copies of another message's files for a message that is sent again.
    pub fn of_message(
        bucket: &'a MediaBucket,
        conversation: &Conversation,
        outbound: &NewOutbound,
        media: &[Media],
    ) -> Self {
        let files = media.iter().filter_map(Media::stored).enumerate().map(|(index, original)| {
            let object_key = outbound.object_key(&conversation.id, index);
            (original.object_key.clone(), StoredMedia { object_key, ..original.clone() })
        });
        Self { bucket, files: files.collect() }
    }

    /// Returns the media of the message that owns the copies.
    pub fn media(&self) -> Vec<Media> {
        self.files.iter().map(|(_, copy)| Media::Stored(copy.clone())).collect()
    }

    /// Copies the files. Idempotent.
    pub async fn create(&self) -> Result<()> {
        for (original, copy) in &self.files {
            self.bucket.copy(original, &copy.object_key, &copy.content_type).await?;
        }
        Ok(())
    }
}

/// Converts media to the attachments that `can_send` checks.
pub fn draft_attachments(media: &[Media]) -> Vec<DraftAttachment> {
    let to_attachment = |media: &Media| DraftAttachment {
        content_type: media.content_type().to_owned(),
        size: media.stored().map_or(0, |stored| stored.size),
    };
    media.iter().map(to_attachment).collect()
}

fn upload_not_found() -> Error {
    Error::Unprocessable(localized::file::gone())
}
