//! What is looked for within a thread: words, anywhere in what a message says.

use crate::message::Message;
use crate::search::{fold, words};

/// The longest search that is read, characters.
const LONGEST: usize = 200;

/// The words of a search, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needles(Vec<String>);

impl Needles {
    /// From what was typed; none if nothing was. What has no words (an emoji) is looked for as it stands.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed: String = typed.trim().chars().take(LONGEST).collect();
        let words = words(&typed);
        match (typed.is_empty(), words.is_empty()) {
            (true, _) => None,
            (false, true) => Some(Self(vec![fold(&typed)])),
            (false, false) => Some(Self(words)),
        }
    }

    /// Whether all of them stand in the message: in its text, its place, or the names of its media.
    pub fn are_in(&self, message: &Message) -> bool {
        let place = message.particulars.location.as_ref();
        let place = place.into_iter().flat_map(|place| [&place.label, &place.address]);
        let names = message.media.iter().map(|media| &media.name);
        let mut text = message.body.clone();
        for part in place.chain(names).flatten() {
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
    fn words_are_folded_and_what_has_none_is_taken_as_it_stands() {
        let needles = |typed| Needles::parse(typed).map(|Needles(words)| words);
        assert_eq!(needles("  "), None);
        assert_eq!(needles("Ünal, KAFFEE!"), Some(vec!["unal".to_owned(), "kaffee".to_owned()]));
        assert_eq!(needles(" 🎸 "), Some(vec!["🎸".to_owned()]));
    }

    proptest! {
        #[test]
        fn no_search_is_too_strange(typed in "\\PC{0,300}") {
            let _ = Needles::parse(&typed);
        }
    }
}
