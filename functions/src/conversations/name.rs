//! Cleans the names of contacts and users before they are stored.

use shared::error::{Error, Result};
use shared::localized::conversation as texts;

/// The maximum length of a name, in characters.
const MAX_NAME_CHARS: usize = 120;

/// Returns the name without control characters and outer spaces; `None` if nothing is left.
pub fn clean_name(name: Option<&str>) -> Result<Option<String>> {
    let cleaned: String =
        name.unwrap_or_default().chars().filter(|character| !character.is_control()).collect();
    let cleaned = cleaned.trim();
    if cleaned.chars().count() > MAX_NAME_CHARS {
        return Err(Error::Unprocessable(texts::name_too_long(MAX_NAME_CHARS)));
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
        assert_eq!(clean_name(Some(&format!(" {longest} "))).unwrap(), Some(longest.clone()));
        assert_eq!(clean_name(Some(&format!("{longest}ü"))).unwrap_err().status(), 422);
    }
}
