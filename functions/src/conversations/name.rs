//! Cleans the names of contacts and users before they are stored.

use shared::error::{Error, Result};
use shared::localized::conversation as texts;

/// The maximum length of a name, in characters.
pub const MAX_NAME_CHARS: usize = 120;

/// The maximum length of a name, in bytes. It keeps META within one write unit.
const MAX_NAME_BYTES: usize = 240;

/// Returns the name without control characters and outer spaces; `None` if nothing is left.
///
/// # Errors
/// `Unprocessable` if the name has more than 120 characters or 240 bytes. The text says how many characters fit.
pub fn clean_name(name: Option<&str>) -> Result<Option<String>> {
    let cleaned: String =
        name.unwrap_or_default().chars().filter(|character| !character.is_control()).collect();
    let cleaned = cleaned.trim();
    let fitting = cleaned.get(..cleaned.floor_char_boundary(MAX_NAME_BYTES)).unwrap_or_default();
    let max_chars = fitting.chars().count().min(MAX_NAME_CHARS);
    if cleaned.chars().count() > max_chars {
        return Err(Error::Unprocessable(texts::name_too_long(max_chars)));
    }
    Ok((!cleaned.is_empty()).then(|| cleaned.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_control_characters_and_outer_spaces() {
        let cleaned = |name: &str| clean_name(Some(name)).unwrap();
        assert_eq!(cleaned(" Anna\n Bauer\u{7} "), Some("Anna Bauer".to_owned()));
        assert_eq!(cleaned(" \t "), None);
        assert_eq!(clean_name(None).unwrap(), None);
    }

    #[test]
    fn the_length_of_a_name_is_counted_in_characters_after_cleaning() {
        let longest = "ü".repeat(MAX_NAME_CHARS);
        assert_eq!(longest.len(), MAX_NAME_BYTES);
        assert_eq!(clean_name(Some(&format!(" {longest} "))).unwrap(), Some(longest.clone()));
        assert_eq!(clean_name(Some(&format!("{longest}ü"))).unwrap_err().status(), 422);
    }

    #[test]
    fn a_name_has_at_most_240_bytes() {
        let longest = "名".repeat(MAX_NAME_BYTES / 3);
        assert_eq!(clean_name(Some(&longest)).unwrap(), Some(longest.clone()));
        let error = clean_name(Some(&format!("{longest}名"))).unwrap_err().to_string();
        assert!(error.contains("at most 80 characters"), "{error}");
        // One visible character with more marks than fit.
        let error =
            clean_name(Some(&format!("a{}", "\u{301}".repeat(125)))).unwrap_err().to_string();
        assert!(error.contains("at most 120 characters"), "{error}");
    }
}
