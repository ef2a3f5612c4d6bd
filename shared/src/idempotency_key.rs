//! Idempotency keys.

use crate::text::checked_text;

checked_text! {
    /// The key that a browser creates for one send action: 8 to 64 letters, digits, hyphens or underscores. Requests with
    /// the same key send once.
    IdempotencyKey, check, "an idempotency key has 8 to 64 letters, digits, hyphens or underscores"
}

fn check(text: &str) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let valid = (8..=64).contains(&text.len()) && text.bytes().all(allowed);
    valid.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_8_to_64_letters_digits_hyphens_or_underscores() {
        let longest = "k".repeat(64);
        for key in ["00000000", "aB3-_xyz", &longest] {
            assert_eq!(IdempotencyKey::parse(key).unwrap().as_str(), key);
        }
        let too_long = "k".repeat(65);
        for key in ["", "1234567", "with space", "with#hash", "schlüssel", &too_long] {
            assert_eq!(IdempotencyKey::parse(key), None, "{key}");
        }
    }
}
