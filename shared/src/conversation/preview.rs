//! The last message as the conversation list shows it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::direction::Direction;
use crate::media::MediaKind;
use crate::text::first_bytes;

/// The maximum length of the preview's text, in bytes. It keeps META within one write unit.
pub const MAX_PREVIEW_BYTES: usize = 100;

/// What a shortened text ends with.
const ELLIPSIS: &str = "…";

/// The last message as stored on its conversation. Its time is in the list sort key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The beginning of the text, at most [`MAX_PREVIEW_BYTES`].
    pub body: String,
    /// The direction of the message.
    pub direction: Direction,
    /// The kind of the first media item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaKind>,
    /// The number of media items.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub media_count: usize,
}

impl Preview {
    /// Returns the preview as the API shows it. `at` is the time of the message.
    pub fn view(&self, at: Timestamp) -> PreviewView {
        PreviewView {
            body: self.body.clone(),
            direction: self.direction,
            at,
            media: self.media,
            media_count: self.media_count,
        }
    }
}

/// The last message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Preview)]
pub struct PreviewView {
    /// The beginning of the text, at most 100 bytes. A shortened text ends with "…".
    pub body: String,
    /// The direction of the message.
    pub direction: Direction,
    /// The time of the message.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The kind of the first media item.
    pub media: Option<MediaKind>,
    /// The number of media items.
    pub media_count: usize,
}

/// Returns the beginning of `text` in at most [`MAX_PREVIEW_BYTES`]. A shortened text ends with "…".
pub fn shorten(text: &str) -> String {
    if text.len() <= MAX_PREVIEW_BYTES {
        return text.to_owned();
    }
    let beginning = first_bytes(text, MAX_PREVIEW_BYTES - ELLIPSIS.len());
    format!("{}{ELLIPSIS}", beginning.trim_end())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_fits_is_not_shortened() {
        for text in ["", "Hello", &"ü".repeat(50)] {
            assert_eq!(shorten(text), text);
        }
    }

    #[test]
    fn a_longer_text_is_cut_between_visible_characters_and_ends_with_an_ellipsis() {
        assert_eq!(shorten(&"a".repeat(101)), format!("{}…", "a".repeat(97)));
        assert_eq!(
            shorten(&format!("{} {}", "a".repeat(96), "b".repeat(9))),
            format!("{}…", "a".repeat(96))
        );
        // One character with more marks than fit.
        assert_eq!(shorten(&format!("a{}", "\u{301}".repeat(80))), "…");
    }
}
