//! How the page shows a media item.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the page shows a media item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// An image that browsers show.
    Image,
    /// Audio.
    Audio,
    /// Video.
    Video,
    /// A contact card (vCard).
    Contact,
    /// Any other file. It can be downloaded.
    Document,
}

impl MediaKind {
    /// The content types that are no documents. One that ends with a slash stands for all that begin with it.
    pub const CONTENT_TYPES: [(&'static str, Self); 9] = [
        ("image/jpeg", Self::Image),
        ("image/png", Self::Image),
        ("image/gif", Self::Image),
        ("image/webp", Self::Image),
        ("text/vcard", Self::Contact),
        ("text/x-vcard", Self::Contact),
        ("text/directory", Self::Contact),
        ("audio/", Self::Audio),
        ("video/", Self::Video),
    ];

    /// Returns the kind of a content type. Parameters and case do not matter. What a browser could execute (SVG, HTML) is a
    /// document.
    pub fn from_content_type(content_type: &str) -> Self {
        let name = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let matches = |content_type: &str| {
            name == content_type || (content_type.ends_with('/') && name.starts_with(content_type))
        };
        let kind = Self::CONTENT_TYPES.iter().find(|(content_type, _)| matches(content_type));
        kind.map_or(Self::Document, |(_, kind)| *kind)
    }
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
