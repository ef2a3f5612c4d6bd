//! A media item as stored, and as the API shows it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::file_type;
use super::kind::MediaKind;
use crate::ids::UploadId;

/// The state of a media item, as the API shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// The file is still to be fetched from Twilio.
    Pending,
    /// The file is in the bucket.
    Stored,
    /// The file could not be fetched. `error` says why.
    Failed,
}

/// Why a file could not be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaError {
    /// The file is larger than the limit.
    TooLarge,
    /// The URL does not belong to Twilio, or redirects elsewhere.
    ForbiddenAddress,
    /// Twilio no longer has the file.
    NotFound,
    /// Twilio did not respond, or responded with an error.
    Unreachable,
    /// The connection closed before the end of the file.
    Interrupted,
}

/// A media item of a message, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Media {
    /// An event announced the file. Its URL is still to be looked up, or comes with the webhook.
    Announced,
    /// The file is still to be fetched.
    Pending {
        /// The URL of the file at Twilio.
        source: String,
        /// The content type that Twilio named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content_type: Option<String>,
    },
    /// The file is in the bucket.
    Stored(StoredMedia),
    /// The file could not be fetched.
    Failed {
        /// The reason.
        error: MediaError,
        /// The URL of the file at Twilio, if it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        /// The content type that Twilio named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content_type: Option<String>,
    },
}

/// A file in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMedia {
    /// The key of the object.
    pub object_key: String,
    /// The content type, decided from the first bytes.
    pub content_type: String,
    /// The file name, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The size, bytes.
    pub size: u64,
    /// The upload that an outbound file comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<UploadId>,
}

impl Media {
    /// Returns a file at Twilio that is still to be fetched.
    pub fn pending(source: &str, content_type: Option<&str>) -> Self {
        Self::Pending { source: source.to_owned(), content_type: content_type.map(str::to_owned) }
    }

    /// Returns the item after a failed fetch. The URL stays, so that the fetch can be retried.
    #[must_use]
    pub fn into_failed(self, error: MediaError) -> Self {
        match self {
            Self::Announced => Self::Failed { error, source: None, content_type: None },
            Self::Pending { source, content_type } => {
                Self::Failed { error, source: Some(source), content_type }
            }
            Self::Failed { source, content_type, .. } => {
                Self::Failed { error, source, content_type }
            }
            stored @ Self::Stored(_) => stored,
        }
    }

    /// Returns the item to fetch or look up again after it failed. `None` if it did not fail.
    pub fn retried(&self) -> Option<Self> {
        match self {
            Self::Failed { source: Some(source), content_type, .. } => {
                Some(Self::pending(source, content_type.as_deref()))
            }
            Self::Failed { source: None, .. } => Some(Self::Announced),
            Self::Announced | Self::Pending { .. } | Self::Stored(_) => None,
        }
    }

    /// Returns whether the URL of the file is still unknown, although it may exist.
    pub fn needs_look_up(&self) -> bool {
        matches!(self, Self::Announced)
    }

    /// Returns whether the URL of the file was found out at some time.
    pub fn was_found(&self) -> bool {
        !matches!(self, Self::Announced | Self::Failed { source: None, .. })
    }

    /// Returns the file in the bucket, if it is there.
    pub fn stored(&self) -> Option<&StoredMedia> {
        match self {
            Self::Stored(stored) => Some(stored),
            Self::Announced | Self::Pending { .. } | Self::Failed { .. } => None,
        }
    }

    /// Returns the content type, as far as it is known.
    pub fn content_type(&self) -> &str {
        let named = match self {
            Self::Announced => None,
            Self::Pending { content_type, .. } | Self::Failed { content_type, .. } => {
                content_type.as_deref()
            }
            Self::Stored(stored) => Some(&*stored.content_type),
        };
        named.unwrap_or(file_type::OCTET_STREAM)
    }

    /// Returns the item as the API shows it, without the URL at Twilio and the key in the bucket.
    pub fn view(&self, index: usize) -> MediaView {
        let stored = self.stored();
        let (state, error) = match self {
            Self::Announced | Self::Pending { .. } => (MediaState::Pending, None),
            Self::Stored(_) => (MediaState::Stored, None),
            Self::Failed { error, .. } => (MediaState::Failed, Some(*error)),
        };
        MediaView {
            index,
            state,
            kind: MediaKind::from_content_type(self.content_type()),
            content_type: self.content_type().to_owned(),
            name: stored.and_then(|stored| stored.name.clone()),
            size: stored.map(|stored| stored.size),
            error,
        }
    }
}

/// A media item of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Media)]
pub struct MediaView {
    /// The position in the message, from 0.
    pub index: usize,
    /// The state.
    pub state: MediaState,
    /// How the page shows it.
    pub kind: MediaKind,
    /// The content type. It is decided from the first bytes once the file is stored.
    pub content_type: String,
    /// The file name, if there is one.
    pub name: Option<String>,
    /// The size in bytes, once the file is stored.
    pub size: Option<u64>,
    /// Why the file could not be fetched.
    pub error: Option<MediaError>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_file_is_fetched_again_if_its_url_is_known_and_looked_up_otherwise() {
        let pending = Media::pending("https://api.twilio.com/x", Some("image/png"));
        let failed = pending.clone().into_failed(MediaError::Unreachable);
        assert_eq!(failed.view(0).error, Some(MediaError::Unreachable));
        assert_eq!(failed.retried(), Some(pending.clone()));
        let unknown = Media::Announced.into_failed(MediaError::NotFound);
        assert!(failed.was_found() && !unknown.was_found());
        assert_eq!(unknown.retried(), Some(Media::Announced));
        assert_eq!(pending.retried(), None);
    }

    #[test]
    fn a_stored_file_does_not_fail() {
        let stored = Media::Stored(StoredMedia {
            object_key: "media/x".to_owned(),
            content_type: "image/png".to_owned(),
            name: None,
            size: 7,
            upload: None,
        });
        assert_eq!(stored.clone().into_failed(MediaError::TooLarge), stored);
        assert_eq!(stored.retried(), None);
        assert_eq!((stored.view(1).state, stored.view(1).size), (MediaState::Stored, Some(7)));
    }
}
