//! Search within a thread: words anywhere in the content of a message.

use crate::fold::{fold, fold_words};
use crate::media::Media;
use crate::message::Message;

/// The maximum length of a query, in characters. Longer queries are cut.
const MAX_QUERY_CHARACTERS: usize = 200;

/// The folded words of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchWords(Vec<String>);

impl SearchWords {
    /// Parses a query. Returns `None` if it is empty.
    ///
    /// A query without words, such as an emoji, is searched for as a whole.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed: String = typed.trim().chars().take(MAX_QUERY_CHARACTERS).collect();
        let words = fold_words(&typed);
        match (typed.is_empty(), words.is_empty()) {
            (true, _) => None,
            (false, true) => Some(Self(vec![fold(&typed)])),
            (false, false) => Some(Self(words)),
        }
    }

    /// Returns whether the message contains all words, in its text, its location or its file names.
    pub fn match_message(&self, message: &Message) -> bool {
        let location = message.extras.location.as_ref();
        let location_texts =
            location.into_iter().flat_map(|location| [&location.label, &location.address]);
        let names = message.media.iter().filter_map(Media::stored).map(|stored| &stored.name);
        let mut text = message.body.clone();
        for part in location_texts.chain(names).flatten() {
            text.push('\n');
            text.push_str(part);
        }
        let text = fold(&text);
        self.0.iter().all(|word| text.contains(word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_folded_and_a_query_without_words_is_kept_as_typed() {
        let parse = |typed| SearchWords::parse(typed).map(|SearchWords(words)| words);
        assert_eq!(parse("  "), None);
        assert_eq!(parse("Ünal, KAFFEE!"), Some(vec!["unal".to_owned(), "kaffee".to_owned()]));
        assert_eq!(parse(" 🎸 "), Some(vec!["🎸".to_owned()]));
    }

    proptest! {
        #[test]
        fn parsing_a_query_never_panics(typed in "\\PC{0,300}") {
            let _ = SearchWords::parse(&typed);
        }
    }
}
