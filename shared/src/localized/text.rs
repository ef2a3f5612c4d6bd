//! Localized texts: a key, the English text and values.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A value in a localized text, unformatted. The translation formats it and chooses plural forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum TextValue {
    /// A number.
    Number(u64),
    /// A name or another text that is the same in every language.
    Text(String),
}

/// A text of a catalog with its values. `Display` writes it in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalizedText {
    key: &'static str,
    english: &'static str,
    values: Vec<(&'static str, TextValue)>,
}

/// A localized text as the API returns it, next to its English text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LocalizedText)]
pub struct LocalizedTextView {
    /// The key, for example `conversation.missing`. It does not change with the wording.
    pub key: String,
    /// The values of the text, by name.
    pub values: BTreeMap<String, TextValue>,
}

impl LocalizedText {
    /// Creates a text. Only the macros of a catalog call this.
    #[doc(hidden)]
    pub fn new(
        key: &'static str,
        english: &'static str,
        values: Vec<(&'static str, TextValue)>,
    ) -> Self {
        Self { key, english, values }
    }

    /// Returns the text as the API returns it.
    pub fn view(&self) -> LocalizedTextView {
        let values = self.values.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        LocalizedTextView { key: self.key.to_owned(), values: values.collect() }
    }

    fn value(&self, name: &str) -> Option<&TextValue> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// Joins several texts to one, in English.
pub fn join(texts: &[LocalizedText]) -> String {
    texts.iter().map(LocalizedText::to_string).collect::<Vec<_>>().join(" ")
}

impl fmt::Display for LocalizedText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in parts(self.english) {
            match part {
                Part::Words(words) => out.write_str(words)?,
                Part::Value { name, bytes } => match self.value(name) {
                    Some(TextValue::Number(size)) if bytes => write_size(out, *size)?,
                    Some(value) => value.fmt(out)?,
                    None => {}
                },
            }
        }
        Ok(())
    }
}

impl fmt::Display for TextValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(out),
            Self::Text(text) => out.write_str(text),
        }
    }
}

impl From<u64> for TextValue {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for TextValue {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for TextValue {
    fn from(number: usize) -> Self {
        Self::Number(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

impl From<String> for TextValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for TextValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A part of an English text.
enum Part<'a> {
    Words(&'a str),
    /// `{name}`, or `{name:bytes}` for a size.
    Value {
        name: &'a str,
        bytes: bool,
    },
}

fn parts(english: &str) -> impl Iterator<Item = Part<'_>> {
    english.split('{').enumerate().flat_map(|(at, piece)| {
        let (value, words) = match piece.split_once('}') {
            Some((value, words)) if at > 0 => (Some(value), words),
            _ => (None, piece),
        };
        let value = value.map(|value| match value.strip_suffix(":bytes") {
            Some(name) => Part::Value { name, bytes: true },
            None => Part::Value { name: value, bytes: false },
        });
        value.into_iter().chain([Part::Words(words)])
    })
}

/// Writes a size in whole megabytes, or in kilobytes if it is smaller than 1 MB.
fn write_size(out: &mut fmt::Formatter<'_>, bytes: u64) -> fmt::Result {
    const MB: u64 = 1024 * 1024;
    if bytes >= MB { write!(out, "{} MB", bytes / MB) } else { write!(out, "{} KB", bytes / 1024) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::localized::{ALL, cannot_send, file};

    #[test]
    fn a_text_is_rendered_in_english_and_its_view_has_key_and_raw_values() {
        let text = file::too_large(5 * 1024 * 1024_u64);
        assert_eq!(text.to_string(), "The file is too large. It can be at most 5 MB.");
        let view = serde_json::json!({ "key": "file.too_large", "values": { "max": 5_242_880 } });
        assert_eq!(serde_json::to_value(text.view()).unwrap(), view);
        let texts = [cannot_send::empty(), cannot_send::country("DE")];
        let expected = "The message is empty. Messages to this country (DE) are not allowed.";
        assert_eq!(join(&texts), expected);
        assert!(cannot_send::media_too_large(500 * 1024_u64).to_string().contains(" 500 KB."));
    }

    #[test]
    fn every_text_uses_all_its_values_and_ends_with_a_full_stop() {
        for (key, english, values) in ALL {
            let named = parts(english).filter_map(|part| match part {
                Part::Value { name, .. } => Some(name),
                Part::Words(_) => None,
            });
            assert_eq!(named.collect::<Vec<_>>(), *values, "{key}");
            // The title of an error code is not a sentence.
            assert!(english.ends_with('.') || *key == "code.unknown", "{key}: {english}");
        }
    }

    #[test]
    fn keys_are_unique() {
        let keys: std::collections::BTreeSet<_> = ALL.iter().map(|(key, ..)| key).collect();
        assert_eq!(keys.len(), ALL.len());
    }
}
