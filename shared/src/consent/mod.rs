//! Consent of contacts: keywords, the consent state, and the records of the consent history.

pub mod keywords;

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
    /// A user recorded it, with evidence.
    User,
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
    /// The evidence: the contact's words, or the user's description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// The SID of the message in which it was expressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The user who recorded it, if a user did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_by: Option<String>,
}
