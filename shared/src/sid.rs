//! Twilio's SIDs: two capital letters for the type, then 32 hexadecimal digits.

/// The error for a text that is not a SID of the expected type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not {expected}")]
pub struct InvalidSid {
    expected: &'static str,
}

fn is_sid(text: &str, kinds: &[&str]) -> bool {
    kinds.iter().any(|kind| {
        text.strip_prefix(kind).is_some_and(|digits| {
            digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    })
}

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident, $kinds:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses a SID of this type.
            pub fn parse(text: &str) -> Result<Self, InvalidSid> {
                if is_sid(text, &$kinds) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidSid { expected: $expected })
                }
            }

            /// Returns the SID as Twilio writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidSid;

            fn try_from(text: String) -> Result<Self, InvalidSid> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(sid: $name) -> Self {
                sid.0
            }
        }
    };
}

sid!(
    /// The SID of a message: `SM…`, or `MM…` if it has or may have media.
    MessageSid,
    ["SM", "MM"],
    "a message SID (SM or MM and 32 hexadecimal digits)"
);

sid!(
    /// The SID of an account: `AC…`.
    AccountSid,
    ["AC"],
    "an account SID (AC and 32 hexadecimal digits)"
);

sid!(
    /// The SID of a Messaging Service: `MG…`.
    MessagingServiceSid,
    ["MG"],
    "a Messaging Service SID (MG and 32 hexadecimal digits)"
);

sid!(
    /// The SID of a media file of a message: `ME…`.
    MediaSid,
    ["ME"],
    "a media SID (ME and 32 hexadecimal digits)"
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sid_is_its_prefix_and_32_hex_digits() {
        let digits = "0123456789abcdefABCDEF0123456789";
        assert!(MessageSid::parse(&format!("SM{digits}")).is_ok());
        assert!(MessageSid::parse(&format!("MM{digits}")).is_ok());
        for invalid in ["", "SM", "SM123", &format!("AC{digits}"), &format!("SM{digits}0")] {
            assert!(MessageSid::parse(invalid).is_err(), "{invalid}");
        }
        assert!(AccountSid::parse(&format!("AC{}", "g".repeat(32))).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_accepted_unchanged_or_rejected(text in "\\PC{0,40}") {
            if let Ok(sid) = AccountSid::parse(&text) {
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
