//! What comes with a message: pictures, sounds, films, contacts, documents.

pub mod file_type;
pub mod limits;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// Still to be fetched.
    Pending,
    /// In our own bucket.
    Stored,
    /// It could not be fetched; `problem` says why.
    Failed,
}

/// How people look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture that browsers show.
    Image,
    /// A sound.
    Audio,
    /// A film.
    Video,
    /// A business card (vCard).
    Contact,
    /// Everything else: to be downloaded.
    Document,
}

impl MediaKind {
    /// From a content type; parameters and case do not matter. What a browser might run (SVG, HTML) is a document.
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

/// Why it could not be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaError {
    /// More bytes than we take.
    TooLarge,
    /// The address is not Twilio's, or leads away from there.
    ForbiddenAddress,
    /// Twilio has it no more.
    NotFound,
    /// Nobody answered, or with an error.
    Unreachable,
    /// The bytes ended before their end.
    Interrupted,
}

/// One of a message's media as it stands in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Where the bytes are.
    pub state: MediaState,
    /// As the sender's carrier gave it; decided from the bytes once they are stored.
    pub content_type: String,
    /// The file's name, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Where Twilio keeps it, inbound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its key in our bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_key: Option<String>,
    /// Why it could not be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<MediaError>,
}

impl Media {
    /// Something at Twilio that is still to be fetched.
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

    /// Something that an event announced: Twilio has it, under an address that only the webhook or its list tells.
    pub fn without_url() -> Self {
        Self { source: None, ..Self::pending("", None) }
    }

    /// Whether its address is still to be found out.
    pub fn needs_look_up(&self) -> bool {
        self.state == MediaState::Pending && self.source.is_none()
    }

    /// How the API shows it: neither where Twilio keeps it nor where we do.
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

/// One of a message's media, as the API and the socket show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Media)]
pub struct MediaView {
    /// Its place in the message, from 0.
    pub index: usize,
    /// Where the bytes are.
    pub state: MediaState,
    /// How people look at it.
    pub kind: MediaKind,
    /// Decided from the bytes once they are stored.
    pub content_type: String,
    /// The file's name, if it has one.
    pub name: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// Why it could not be fetched.
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
