//! Validates uploads and stores them as the media of a message.

use serde::Deserialize;
use shared::bucket::MediaBucket;
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::ids::UploadId;
use shared::lambda::Caller;
use shared::localized;
use shared::media::file_type::{self, sanitize_file_name};
use shared::media::{Media, StoredMedia};
use shared::sending::can_send::DraftAttachment;
use shared::store::Upload;
use utoipa::ToSchema;

use crate::app::App;
use crate::uploads::limits::media_limits;

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
    uploads: &[AttachedUpload],
) -> Result<Vec<StoredMedia>> {
    if uploads.len() > MAX_UPLOADS {
        return Err(Error::TooLarge(localized::message::far_too_many_files()));
    }
    let media = uploads.iter().enumerate().map(|(index, upload)| {
        let id = UploadId::parse(&upload.upload_id).ok_or_else(upload_not_found)?;
        Ok(StoredMedia {
            // The same upload has the same key, however often it is sent.
            object_key: format!("media/{}/{id}/{index}", conversation.id),
            content_type: file_type::OCTET_STREAM.to_owned(),
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
    let limits = media_limits(conversation).ok_or_else(Error::conversation_not_found)?;
    for file in media {
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
        let content_type = file_type::sniff(&bucket.read_prefix(&source, 4096).await?);
        if !limits.allows(content_type) {
            return Err(Error::Unprocessable(localized::file::not_what_it_says(upload.name)));
        }
        content_type.clone_into(&mut file.content_type);
        file.size = upload.size;
        file.name = file.name.take().or(Some(upload.name)).filter(|name| !name.is_empty());
    }
    Ok(())
}

/// Copies each upload to its final object key. Idempotent.
pub async fn persist_uploads(bucket: &MediaBucket, media: &[Media]) -> Result<()> {
    for file in media {
        if let Some(StoredMedia { upload: Some(id), object_key, content_type, .. }) = file.stored()
        {
            bucket.copy(&Upload::object_key(*id), object_key, content_type).await?;
        }
    }
    Ok(())
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
