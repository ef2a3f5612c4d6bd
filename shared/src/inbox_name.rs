//! The names of inboxes.

use crate::text::checked_text;

/// The longest name, in bytes. It keeps META within one write unit.
const MAX_BYTES: usize = 20;

checked_text! {
    /// The name of an inbox: 1 to 20 lower-case letters, digits, hyphens or underscores. It is part of keys.
    InboxName, check, "an inbox name has 1 to 20 characters of a-z, 0-9, - and _"
}

fn check(text: &str) -> Option<String> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    let valid = (1..=MAX_BYTES).contains(&text.len()) && text.bytes().all(allowed);
    valid.then(|| text.to_owned())
}

impl InboxName {
    /// Returns the inbox of senders that are configured without one.
    pub fn main() -> Self {
        Self("main".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_character_that_separates_the_parts_of_a_key() {
        for name in ["main", "support-de", "a", "after_hours_2"] {
            assert_eq!(InboxName::parse(name).unwrap().as_str(), name);
        }
        let too_long = "a".repeat(21);
        for name in ["", "main#open", "Main", "two words", "büro", &too_long] {
            assert_eq!(InboxName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn an_invalid_name_is_rejected_when_it_is_read() {
        let error = serde_json::from_str::<InboxName>(r#""a#b""#).unwrap_err().to_string();
        assert!(error.starts_with("an inbox name has 1 to 20 characters"), "{error}");
    }
}
