//! Uploads become a message's media: looked at, and moved to where they stay.

use serde::Deserialize;
use shared::can_send::Attachment;
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::files::Files;
use shared::ids::Ulid;
use shared::lambda::Caller;
use shared::media::{Media, MediaState};
use shared::media_type::{self, file_name};
use shared::sentences;
use shared::store::Upload;
use utoipa::ToSchema;

use crate::app::App;
use crate::uploads::limits;

/// So many are looked at: enough to say that ten are too few, too few to keep anybody busy.
const MOST: usize = 20;

/// A file that goes with a message.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachedUpload {
    /// What `create-upload` answered.
    upload_id: String,
    /// Another name for it.
    #[serde(default)]
    name: Option<String>,
}

/// What `wanted` asks for, as a message will hold it, before anything is looked at.
pub fn wanted(conversation: &Conversation, wanted: &[AttachedUpload]) -> Result<Vec<Media>> {
    if wanted.len() > MOST {
        return Err(Error::TooLarge(sentences::message::far_too_many_files()));
    }
    let media = wanted.iter().enumerate().map(|(index, one)| {
        let id = Ulid::from_string(&one.upload_id).map_err(|_| not_there())?;
        let source = Upload::object(id);
        Ok(Media {
            state: MediaState::Stored,
            content_type: media_type::UNKNOWN.to_owned(),
            name: one.name.as_deref().map(file_name).filter(|name| !name.is_empty()),
            size: None,
            // The same upload has the same place, however often it is sent.
            object: Some(format!("media/{}/{id}/{index}", conversation.id)),
            source: Some(source),
            problem: None,
        })
    });
    media.collect()
}

/// Looks at each upload: that it is this person's, for this conversation, whole, and what its bytes are.
pub async fn look(
    app: &App,
    files: &Files,
    caller: &Caller,
    conversation: &Conversation,
    media: &mut [Media],
) -> Result<()> {
    let limits = limits(conversation).ok_or_else(Error::no_conversation)?;
    for one in media {
        let source = one.source.clone().unwrap_or_default();
        let id = source.strip_prefix("uploads/").and_then(|id| Ulid::from_string(id).ok());
        let upload = match id {
            Some(id) => app.store.upload(id).await?,
            None => None,
        };
        let upload = upload.filter(|upload| {
            upload.user == caller.username && upload.conversation == conversation.id
        });
        let upload = upload.ok_or_else(not_there)?;
        let held = files.head(&source).await?;
        if held.is_none_or(|held| held.size != upload.size) {
            return Err(Error::Refused(sentences::file::not_whole()));
        }
        let content_type = media_type::of_bytes(&files.beginning(&source, 4096).await?);
        if !limits.takes(content_type) {
            return Err(Error::Refused(sentences::file::not_what_it_says(upload.name)));
        }
        content_type.clone_into(&mut one.content_type);
        one.size = Some(upload.size);
        one.name = one.name.take().or(Some(upload.name)).filter(|name| !name.is_empty());
    }
    Ok(())
}

/// Moves each upload to where it stays. May be repeated.
pub async fn keep(files: &Files, media: &[Media]) -> Result<()> {
    for one in media {
        if let (Some(source), Some(object)) = (&one.source, &one.object) {
            files.copy(source, object, &one.content_type).await?;
        }
    }
    Ok(())
}

/// What the decision is told of them.
pub fn attachments(media: &[Media]) -> Vec<Attachment> {
    let of = |media: &Media| Attachment {
        content_type: media.content_type.clone(),
        size: media.size.unwrap_or_default(),
    };
    media.iter().map(of).collect()
}

fn not_there() -> Error {
    Error::Refused(sentences::file::gone())
}
