//! Whether a contact wants messages from a sender of ours.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What was said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// Messages are welcome.
    OptedIn,
    /// No messages.
    OptedOut,
}

/// Where it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSource {
    /// A keyword in a message (`STOP`, `START`).
    Keyword,
    /// Twilio's own reading of a message (`OptOutType`).
    OptOutType,
    /// Twilio refused a send (21610).
    Twilio,
    /// An event of Event Streams.
    Event,
    /// An admin recorded it, with evidence.
    Admin,
}

/// The state that a conversation carries; the ledger holds the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// What was said last.
    pub state: ConsentState,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Where.
    pub source: ConsentSource,
}
