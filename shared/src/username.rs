//! Usernames.

use crate::text::checked_text;

/// The longest username, in characters.
const MAX_CHARS: usize = 64;

checked_text! {
    /// The name that a user signs in with, in lower case: 1 to 64 letters, digits, dots, hyphens, underscores, `@` or `+`.
    Username, check, "a username has 1 to 64 letters, digits, dots, hyphens, underscores, @ or +"
}

fn check(text: &str) -> Option<String> {
    let normalized = text.trim().to_lowercase();
    let allowed = |character: char| character.is_alphanumeric() || ".-_@+".contains(character);
    let valid =
        (1..=MAX_CHARS).contains(&normalized.chars().count()) && normalized.chars().all(allowed);
    valid.then_some(normalized)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_in_lower_case_without_outer_spaces() {
        assert_eq!(Username::parse(" Anna.B+1@example ").unwrap().as_str(), "anna.b+1@example");
        assert_eq!(Username::parse("ÜWE").unwrap().as_str(), "üwe");
    }

    #[test]
    fn a_username_has_no_character_that_separates_the_parts_of_a_key() {
        let too_long = "a".repeat(65);
        for name in ["", " ", "anna#b", "two words", "a\u{7}", &too_long] {
            assert_eq!(Username::parse(name), None, "{name}");
        }
    }
}
