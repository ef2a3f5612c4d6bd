//! Media of a message: images, audio, video, contact cards and documents.

pub mod file_type;
pub mod limits;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The state of a media file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// Not fetched from Twilio yet.
    Pending,
    /// Stored in our bucket.
    Stored,
    /// The file could not be fetched. `error` has the reason.
    Failed,
}

/// The kind of a media file, which decides how the UI shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// An image that browsers can show.
    Image,
    /// An audio file.
    Audio,
    /// A video.
    Video,
    /// A contact card (vCard).
    Contact,
    /// Any other file, offered for download.
    Document,
}

impl MediaKind {
    /// Returns the kind of a content type. Parameters and case are ignored.
    ///
    /// Types that a browser could execute, such as SVG and HTML, are documents.
    pub fn from_content_type(content_type: &str) -> Self {
        let name = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match name.as_str() {
            "image/jpeg" | "image/png" | "image/gif" | "image/webp" => Self::Image,
            "text/vcard" | "text/x-vcard" | "text/directory" => Self::Contact,
            media_type if media_type.starts_with("audio/") => Self::Audio,
            media_type if media_type.starts_with("video/") => Self::Video,
            _ => Self::Document,
        }
    }
}

/// The reason why a media file could not be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaError {
    /// The file is larger than the limit.
    TooLarge,
    /// The URL is not on a Twilio host, or redirects to another host.
    ForbiddenAddress,
    /// Twilio no longer has the file.
    NotFound,
    /// The host did not respond or returned an error.
    Unreachable,
    /// The response ended before the whole file was received.
    Interrupted,
}

/// A media file of a message, as stored in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// The state of the file.
    pub state: MediaState,
    /// The content type: as Twilio reported it, or detected from the bytes once the file is stored.
    pub content_type: String,
    /// The file name, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The size in bytes, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The URL at Twilio, for inbound media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The key of the file in our bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_key: Option<String>,
    /// The reason why the file could not be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<MediaError>,
}

impl Media {
    /// Creates a pending media file with its URL at Twilio.
    pub fn pending(source: &str, content_type: Option<&str>) -> Self {
        Self {
            state: MediaState::Pending,
            content_type: content_type.unwrap_or("application/octet-stream").to_owned(),
            name: None,
            size: None,
            source: Some(source.to_owned()),
            object_key: None,
            error: None,
        }
    }

    /// Creates a pending media file that an event announced.
    ///
    /// Events do not contain its URL. It comes with the webhook or from Twilio's media list.
    pub fn without_url() -> Self {
        Self { source: None, ..Self::pending("", None) }
    }

    /// Returns whether the URL at Twilio is not known yet.
    pub fn needs_look_up(&self) -> bool {
        self.state == MediaState::Pending && self.source.is_none()
    }

    /// Returns the file as the API returns it, without its URL at Twilio and its key in the bucket.
    pub fn view(&self, index: usize) -> MediaView {
        MediaView {
            index,
            state: self.state,
            kind: MediaKind::from_content_type(&self.content_type),
            content_type: self.content_type.clone(),
            name: self.name.clone(),
            size: self.size,
            error: self.error,
        }
    }
}

/// A media file of a message, as returned by the API and in live events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Media)]
pub struct MediaView {
    /// The index in the message, from 0.
    pub index: usize,
    /// The state of the file.
    pub state: MediaState,
    /// The kind of the file, which decides how the UI shows it.
    pub kind: MediaKind,
    /// The content type: as Twilio reported it, or detected from the bytes once the file is stored.
    pub content_type: String,
    /// The file name, if there is one.
    pub name: Option<String>,
    /// The size in bytes, if known.
    pub size: Option<u64>,
    /// The reason why the file could not be fetched.
    pub error: Option<MediaError>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_a_browser_could_execute_are_documents() {
        for (content_type, kind) in [
            ("image/jpeg", MediaKind::Image),
            ("IMAGE/PNG; x=y", MediaKind::Image),
            ("image/svg+xml", MediaKind::Document),
            ("text/html", MediaKind::Document),
            ("audio/ogg; codecs=opus", MediaKind::Audio),
            ("video/mp4", MediaKind::Video),
            ("text/x-vcard", MediaKind::Contact),
            ("", MediaKind::Document),
        ] {
            assert_eq!(MediaKind::from_content_type(content_type), kind, "{content_type}");
        }
    }
}
