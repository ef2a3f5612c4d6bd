//! Consent of contacts: keywords, the consent state, and the records of the consent history.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The meaning of a contact's keyword for their consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentKeyword {
    /// Opts out of messages.
    Stop,
    /// Opts back in.
    Start,
    /// Requests help.
    Help,
}

/// The consent that the contact expressed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// The contact wants messages.
    OptedIn,
    /// The contact wants no messages.
    OptedOut,
}

/// The source of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSource {
    /// A keyword in a message (`STOP`, `START`).
    Keyword,
    /// Twilio's interpretation of a message in its webhook (`OptOutType`).
    OptOutType,
    /// Twilio rejected a message, immediately or later (21610).
    Twilio,
    /// Twilio's interpretation of a message in a Twilio event.
    Event,
    /// An admin recorded it, with evidence.
    Admin,
}

/// The consent state of a conversation. The evidence is in the consent history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The state.
    pub state: ConsentState,
    /// The time at which the contact expressed it.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// The source of the change.
    pub source: ConsentSource,
}

impl Consent {
    /// Returns the consent state as the API shows it.
    pub fn view(&self) -> ConsentView {
        ConsentView { state: self.state, at: self.at, source: self.source }
    }
}

/// The consent state of a conversation. The evidence is in the consent history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Consent)]
pub struct ConsentView {
    /// The state.
    pub state: ConsentState,
    /// The time at which the contact expressed it.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The source.
    pub source: ConsentSource,
}

/// A record of the consent history with its evidence. Records are never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRecord {
    /// The consent.
    #[serde(flatten)]
    pub consent: Consent,
    /// The evidence: the contact's words, or the admin's description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// The SID of the message in which it was expressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The user who recorded it, if a user did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_by: Option<String>,
}

const STOP: [&str; 8] =
    ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
const START: [&str; 2] = ["START", "UNSTOP"];
const HELP: [&str; 2] = ["HELP", "INFO"];
/// Counts as opt-in only if the contact has opted out; otherwise it is an ordinary reply.
const YES: &str = "YES";

/// Parses a message, or Twilio's `OptOutType`, as a consent keyword.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn a_keyword_followed_by_a_word_is_no_keyword(word in "[a-z]{1,8}", at in 0..12_usize) {
            let all: Vec<&str> = STOP.into_iter().chain(START).chain(HELP).collect();
            let keyword = all[at % all.len()];
            prop_assert_eq!(parse_keyword(&format!("{keyword} {word}"), true), None);
        }
    }
}
