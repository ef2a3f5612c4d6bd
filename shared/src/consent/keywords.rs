//! Consent keywords: Twilio's own, and the opt-out words of other channels.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

use super::ConsentKeyword;
use crate::address::Channel;

const STOP: [&str; 8] =
    ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
const START: [&str; 2] = ["START", "UNSTOP"];
const HELP: [&str; 2] = ["HELP", "INFO"];
/// Counts as opt-in only if the contact has opted out; otherwise it is an ordinary reply.
const YES: &str = "YES";

/// The built-in opt-out words by language, next to [`STOP`]. Words that are also ordinary replies are left out.
const OTHER_LANGUAGES: [(&str, &[&str]); 18] = [
    ("ar", &["توقف", "إيقاف", "إلغاء الاشتراك"]),
    ("de", &["stopp", "abmelden", "abbestellen"]),
    ("es", &["alto", "parar", "baja", "darse de baja"]),
    ("fr", &["arrêt", "arrêter", "arrêtez", "désabonner", "désinscription"]),
    ("he", &["הסר", "הסירו"]),
    ("hi", &["रोकें", "बंद करें"]),
    ("id", &["berhenti"]),
    ("it", &["cancellami", "disiscrivimi"]),
    ("ja", &["停止", "配信停止"]),
    ("ko", &["수신거부"]),
    ("nl", &["stoppen", "afmelden"]),
    ("pl", &["wypisz"]),
    ("pt", &["parar", "pare", "sair", "descadastrar"]),
    ("ru", &["стоп", "отписаться"]),
    ("sv", &["stopp", "avregistrera"]),
    ("tr", &["durdur", "abonelikten çık"]),
    ("uk", &["стоп", "відписатися"]),
    ("zh", &["退订", "退訂", "停止"]),
];

/// The greatest number of words in a text that may be a request to opt out.
const MAX_REQUEST_WORDS: usize = 6;

/// Parses a message, or Twilio's `OptOutType`, as one of Twilio's keywords.
///
/// The keyword must be the whole text, in any case. `YES` counts as [`ConsentKeyword::Start`] only if `opted_out`.
pub fn parse_keyword(body: &str, opted_out: bool) -> Option<ConsentKeyword> {
    let keyword = body.trim().to_uppercase();
    if STOP.contains(&&*keyword) {
        Some(ConsentKeyword::Stop)
    } else if START.contains(&&*keyword) || (opted_out && keyword == YES) {
        Some(ConsentKeyword::Start)
    } else if HELP.contains(&&*keyword) {
        Some(ConsentKeyword::Help)
    } else {
        None
    }
}

/// Returns whether the meaning of a message depends on the contact's consent state.
pub fn is_ambiguous_keyword(body: &str) -> bool {
    body.trim().eq_ignore_ascii_case(YES)
}

/// What a text says about an opt-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptOutRequest {
    /// The contact opts out.
    Certain,
    /// The text may be a request to opt out. A user decides.
    Possible,
    /// The text says nothing about it.
    None,
}

/// The words by which contacts opt out, by language. They count where Twilio does not decide.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "BTreeMap<String, Vec<String>>")]
pub struct OptOutWords(HashSet<String>);

impl Default for OptOutWords {
    fn default() -> Self {
        let others = OTHER_LANGUAGES.iter().flat_map(|(_, words)| words.iter());
        Self::from_words(others.copied())
    }
}

impl From<BTreeMap<String, Vec<String>>> for OptOutWords {
    /// Adds the configured words to Twilio's keywords. They replace the built-in ones of other languages.
    fn from(words: BTreeMap<String, Vec<String>>) -> Self {
        Self::from_words(words.values().flatten().map(String::as_str))
    }
}

impl OptOutWords {
    fn from_words<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let words = STOP.into_iter().chain(words).map(|word| fold_words(word).concat());
        Self(words.filter(|word| !word.is_empty()).collect())
    }

    /// Returns what a text from this channel says about an opt-out.
    ///
    /// Twilio decides for SMS and RCS by its own keywords. On other channels a text opts out if it consists of one of
    /// the words: in any case and width, with or without accents, spaces, punctuation and invisible characters. A short
    /// text that contains a word is possibly a request.
    pub fn request(&self, channel: Channel, text: &str) -> OptOutRequest {
        if parse_keyword(text, false) == Some(ConsentKeyword::Stop) {
            return OptOutRequest::Certain;
        }
        let words = fold_words(text);
        let is_word = self.0.contains(&words.concat());
        match channel {
            Channel::WhatsApp | Channel::Messenger | Channel::Client if is_word => {
                return OptOutRequest::Certain;
            }
            _ => {}
        }
        let short = words.len() <= MAX_REQUEST_WORDS;
        let pairs = words.windows(2).map(<[String]>::concat);
        if is_word || (short && words.iter().cloned().chain(pairs).any(|it| self.0.contains(&it))) {
            OptOutRequest::Possible
        } else {
            OptOutRequest::None
        }
    }
}

/// Returns the words of a text in lower case, without accents, punctuation and invisible characters. A symbol, such as
/// an emoji, is a word of its own.
fn fold_words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for character in text.nfkd().flat_map(char::to_lowercase) {
        if character.is_whitespace() || is_separator(character) {
            words.push(String::new());
        } else if !is_ignored(character)
            && let Some(word) = words.last_mut()
        {
            word.push(character);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_separator(character: char) -> bool {
    use GeneralCategory::{
        ClosePunctuation, ConnectorPunctuation, DashPunctuation, FinalPunctuation,
        InitialPunctuation, OpenPunctuation, OtherPunctuation,
    };
    matches!(
        get_general_category(character),
        ClosePunctuation
            | ConnectorPunctuation
            | DashPunctuation
            | FinalPunctuation
            | InitialPunctuation
            | OpenPunctuation
            | OtherPunctuation
    )
}

/// Returns whether a character is invisible or only an accent.
fn is_ignored(character: char) -> bool {
    use GeneralCategory::{Control, Format, NonspacingMark};
    // Letters by category that have no shape.
    let is_filler =
        matches!(character, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}');
    is_filler || matches!(get_general_category(character), Control | Format | NonspacingMark)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_whole_message_is_a_keyword() {
        for (body, expected) in [
            ("STOP", Some(ConsentKeyword::Stop)),
            (" stop\n", Some(ConsentKeyword::Stop)),
            ("Unsubscribe", Some(ConsentKeyword::Stop)),
            ("Stop please", None),
            ("don't STOP", None),
            ("START", Some(ConsentKeyword::Start)),
            ("unstop", Some(ConsentKeyword::Start)),
            ("yes", None),
            ("Info", Some(ConsentKeyword::Help)),
            ("", None),
        ] {
            assert_eq!(parse_keyword(body, false), expected, "{body}");
        }
        assert_eq!(parse_keyword("yes", true), Some(ConsentKeyword::Start));
    }

    #[test]
    fn an_opt_out_word_is_recognized_as_people_write_it() {
        let words = OptOutWords::default();
        for text in [
            "STOP",
            "stop.",
            "Stop!",
            "opt out",
            "Opt-out",
            "ARRET",
            "arrêt",
            "ALTO",
            "PARAR",
            "ＳＴＯＰ",
            "\u{feff}stop",
            "st\u{200b}op\u{2060}",
            "\u{200f}STOP\u{200e}",
            "«Stop»",
            "¡ALTO!",
            "Стоп",
            "退订。",
            "रोकें",
            "توقف",
            "stop\u{3164}",
            "S.T.O.P.",
            "stop all",
        ] {
            for channel in [Channel::WhatsApp, Channel::Messenger] {
                assert_eq!(words.request(channel, text), OptOutRequest::Certain, "{text}");
            }
        }
        for text in ["Stop!", "opt out", "ARRET", "ＳＴＯＰ"] {
            let sms = words.request(Channel::Sms, text);
            assert_eq!(sms, OptOutRequest::Possible, "Twilio decides: {text}");
        }
        assert_eq!(words.request(Channel::Sms, "Quit"), OptOutRequest::Certain);
    }

    #[test]
    fn a_short_text_with_an_opt_out_word_is_only_offered() {
        let words = OptOutWords::default();
        for text in [
            "STOP please",
            "Stop. Thank you",
            "please stop texting me",
            "stop 🛑",
            "unsubscribe me!",
            "I want to opt out",
            "Alto, por favor",
        ] {
            assert_eq!(words.request(Channel::WhatsApp, text), OptOutRequest::Possible, "{text}");
        }
        for text in [
            "",
            " ",
            "🛑",
            "Hello",
            "nonstop",
            "The bus stop is right in front of our house",
            "!",
            "\u{200b}",
            "endless",
            "stopover",
        ] {
            assert_eq!(words.request(Channel::WhatsApp, text), OptOutRequest::None, "{text}");
        }
    }

    #[test]
    fn configured_words_replace_the_built_in_ones_of_other_languages() {
        let json = r#"{ "cy": ["Peidiwch"], "x": ["", "…"] }"#;
        let words: OptOutWords = serde_json::from_str(json).unwrap();
        assert_eq!(words.request(Channel::WhatsApp, "peidiwch!"), OptOutRequest::Certain);
        assert_eq!(words.request(Channel::WhatsApp, "stop!"), OptOutRequest::Certain);
        assert_eq!(words.request(Channel::WhatsApp, "alto"), OptOutRequest::None);
        assert_eq!(words.request(Channel::WhatsApp, "…"), OptOutRequest::None);
    }

    proptest! {
        #[test]
        fn a_keyword_followed_by_a_word_is_no_keyword(word in "[a-z]{1,8}", at in 0..12_usize) {
            let all: Vec<&str> = STOP.into_iter().chain(START).chain(HELP).collect();
            let keyword = all[at % all.len()];
            prop_assert_eq!(parse_keyword(&format!("{keyword} {word}"), true), None);
        }

        #[test]
        fn any_text_can_be_read(text in "\\PC{0,40}") {
            let words = OptOutWords::default();
            let sms = words.request(Channel::Sms, &text);
            prop_assert!(sms != OptOutRequest::Certain || parse_keyword(&text, false).is_some());
        }
    }
}
