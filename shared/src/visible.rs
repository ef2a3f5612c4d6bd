//! The rule for texts that show nothing: a name or text without a visible character counts as empty.

use unicode_general_category::{GeneralCategory, get_general_category};

/// Returns whether a text has a visible character.
///
/// Spaces, control and format characters, combining marks without a base, fillers and blank symbols are invisible.
/// A character that the Unicode table does not know yet counts as visible, because it may be a new emoji.
pub fn has_visible(text: &str) -> bool {
    text.chars().any(is_visible)
}

/// Returns the text without outer spaces; `None` if it has no visible character.
pub fn visible_text(text: &str) -> Option<&str> {
    has_visible(text).then(|| text.trim())
}

fn is_visible(character: char) -> bool {
    use GeneralCategory::{
        Control, EnclosingMark, Format, LineSeparator, NonspacingMark, ParagraphSeparator,
        SpaceSeparator, SpacingMark,
    };
    !is_blank(character)
        && !matches!(
            get_general_category(character),
            Control
                | EnclosingMark
                | Format
                | LineSeparator
                | NonspacingMark
                | ParagraphSeparator
                | SpaceSeparator
                | SpacingMark
        )
}

/// Returns whether a character is drawn as nothing although it is a letter or symbol, or is reserved for such.
fn is_blank(character: char) -> bool {
    matches!(
        character,
        // Hangul fillers.
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
        // The empty Braille pattern, the null notehead and the blanks of hieroglyphs.
        | '\u{2800}' | '\u{1d159}' | '\u{13441}' | '\u{13442}'
        // The place of an attached object.
        | '\u{fffc}'
        // Reserved for characters to ignore.
        | '\u{2065}' | '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// The page runs the same cases.
    const CASES: &str = include_str!("../../tests/vectors/visible.json");

    #[derive(Deserialize)]
    struct Cases {
        visible: Vec<String>,
        invisible: Vec<String>,
    }

    #[test]
    fn a_text_is_visible_if_a_character_of_it_is() {
        let cases: Cases = serde_json::from_str(CASES).unwrap();
        assert!(cases.visible.len() > 10 && cases.invisible.len() > 20);
        for text in cases.visible {
            assert!(has_visible(&text), "{text:?}");
        }
        for text in cases.invisible {
            assert!(!has_visible(&text), "{text:?}");
        }
        assert_eq!(visible_text(" Anna\n"), Some("Anna"));
        assert_eq!(visible_text("\u{200b} "), None);
    }
}
