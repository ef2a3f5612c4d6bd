//! Texts with rules: limits in bytes, and types for checked texts.

use unicode_segmentation::UnicodeSegmentation;

/// Returns the beginning of `text` in at most `max` bytes. Cuts between characters as people see them.
pub fn first_bytes(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let ends = text.grapheme_indices(true).map(|(start, cluster)| start + cluster.len());
    let end = ends.take_while(|end| *end <= max).last().unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

/// Defines a type for texts that a function has checked: `fn(&str) -> Option<String>`.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks `text`. Returns `None` if it breaks the rules of this type.
            pub fn parse(text: &str) -> Option<Self> {
                let check: fn(&str) -> Option<String> = $check;
                check(text).map(Self)
            }

            /// Returns the text.
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
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or($expected)
            }
        }

        impl From<$name> for String {
            fn from(checked: $name) -> Self {
                checked.0
            }
        }
    };
}

pub(crate) use checked_text;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_cut_between_visible_characters() {
        assert_eq!(first_bytes("Hello", 5), "Hello");
        assert_eq!(first_bytes("Hello", 4), "Hell");
        assert_eq!(first_bytes("üü", 3), "ü");
        // A family of three is one visible character of 18 bytes.
        let family = "👨\u{200d}👩\u{200d}👧";
        assert_eq!(first_bytes(&family.repeat(2), 35), family);
        assert_eq!(first_bytes(family, 17), "");
    }

    proptest! {
        #[test]
        fn the_beginning_fits_and_is_a_beginning(text in "\\PC{0,60}", max in 0..80_usize) {
            let cut = first_bytes(&text, max);
            prop_assert!(cut.len() <= max);
            prop_assert!(text.starts_with(cut));
        }
    }
}
