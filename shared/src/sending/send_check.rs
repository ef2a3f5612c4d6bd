//! The answer to whether a message may go, and its reasons.

use serde::Serialize;
use utoipa::ToSchema;

use crate::localized::{LocalizedText, LocalizedTextView};

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendDecision {
    /// It may go.
    Allowed,
    /// It may go later; `until` says when.
    Wait,
    /// Only an approved template may go.
    TemplateRequired,
    /// It may not go.
    Denied,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The contact wants no messages.
    OptedOut,
    /// Nobody may be answered freely so long after their last message.
    WindowClosed,
    /// There is nothing to send.
    Empty,
    /// The text is longer than Twilio takes.
    TooLong,
    /// The channel does not take this type.
    MediaNotAllowed,
    /// The channel takes smaller ones only.
    MediaTooLarge,
    /// The channel takes fewer.
    TooManyMedia,
    /// Nobody writes to this country from here.
    CountryNotAllowed,
    /// This person has sent too many.
    UserRateLimit,
    /// This sender has sent too many.
    SenderRateLimit,
    /// The sender of this conversation cannot do the channel, or is no longer set up.
    SenderUnavailable,
}

/// A reason against sending, as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// For programs.
    pub code: ReasonCode,
    /// What prevents the send.
    pub text: LocalizedText,
    /// What to do.
    pub advice: LocalizedText,
}

/// A reason against sending, as the API returns it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Reason)]
pub struct ReasonView {
    /// For programs.
    code: ReasonCode,
    /// What prevents the send, in English.
    text: String,
    /// The same by its key.
    localized_text: LocalizedTextView,
    /// What to do, in English.
    advice: String,
    /// The same by its key.
    localized_advice: LocalizedTextView,
}

impl Reason {
    /// The reason as the API shows it.
    pub fn view(&self) -> ReasonView {
        ReasonView {
            code: self.code,
            text: self.text.to_string(),
            localized_text: self.text.view(),
            advice: self.advice.to_string(),
            localized_advice: self.advice.view(),
        }
    }
}
