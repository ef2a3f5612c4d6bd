//! Twilio's SIDs: two capital letters for the type, then 32 hexadecimal digits.

use crate::text::checked_text;

fn check(text: &str, prefixes: &[&str]) -> Option<String> {
    let digits = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix))?;
    let valid = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| text.to_owned())
}

checked_text! {
    /// The SID of a message: `SM…`, or `MM…` if it has or may have media.
    MessageSid, |text| check(text, &["SM", "MM"]), "a message SID (SM or MM and 32 hexadecimal digits)"
}

checked_text! {
    /// The SID of an account: `AC…`.
    AccountSid, |text| check(text, &["AC"]), "an account SID (AC and 32 hexadecimal digits)"
}

checked_text! {
    /// The SID of a Messaging Service: `MG…`.
    MessagingServiceSid, |text| check(text, &["MG"]), "a Messaging Service SID (MG and 32 hexadecimal digits)"
}

checked_text! {
    /// The SID of a media file of a message: `ME…`.
    MediaSid, |text| check(text, &["ME"]), "a media SID (ME and 32 hexadecimal digits)"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sid_is_its_prefix_and_32_hex_digits() {
        let digits = "0123456789abcdefABCDEF0123456789";
        assert!(MessageSid::parse(&format!("SM{digits}")).is_some());
        assert!(MessageSid::parse(&format!("MM{digits}")).is_some());
        for invalid in ["", "SM", "SM123", &format!("AC{digits}"), &format!("SM{digits}0")] {
            assert!(MessageSid::parse(invalid).is_none(), "{invalid}");
        }
        assert!(AccountSid::parse(&format!("AC{}", "g".repeat(32))).is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_accepted_unchanged_or_rejected(text in "\\PC{0,40}") {
            if let Some(sid) = AccountSid::parse(&text) {
                prop_assert_eq!(sid.as_str(), text);
            }
        }

        #[test]
        fn a_sid_survives_json(digits in "[0-9a-f]{32}") {
            let sid = MessageSid::parse(&format!("SM{digits}")).unwrap();
            let json = serde_json::to_string(&sid).unwrap();
            prop_assert_eq!(serde_json::from_str::<MessageSid>(&json).unwrap(), sid);
        }
    }
}
