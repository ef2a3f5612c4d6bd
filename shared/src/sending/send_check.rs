//! The decision of a send check, and its reasons.

use serde::Serialize;
use utoipa::ToSchema;

use crate::localized::{LocalizedText, LocalizedTextView};

/// The decision of a send check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendDecision {
    /// The message may be sent.
    Allowed,
    /// The message may be sent later, from `retry_at`.
    Wait,
    /// Only an approved template may be sent.
    TemplateRequired,
    /// The message may not be sent.
    Denied,
}

/// The code of a reason against sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The contact has opted out.
    OptedOut,
    /// The 24-hour window is closed.
    WindowClosed,
    /// The message is empty.
    Empty,
    /// The text is longer than Twilio allows.
    TooLong,
    /// The channel does not support the type of an attachment.
    MediaNotAllowed,
    /// An attachment or the sum of all attachments exceeds the channel's size limit.
    MediaTooLarge,
    /// The message has more attachments than the channel allows.
    TooManyMedia,
    /// The sender may not start conversations in this country.
    CountryNotAllowed,
    /// The user has reached the limit of messages per minute.
    UserRateLimit,
    /// The sender has reached its limit of messages per minute.
    SenderRateLimit,
    /// The contact is a name or a short code that receives no messages from this sender.
    NoReplies,
    /// The sender of the conversation does not support the channel or is no longer configured.
    SenderUnavailable,
}

/// A reason against sending, as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The code, for programs.
    pub code: ReasonCode,
    /// What prevents the send.
    pub text: LocalizedText,
    /// Advice for the user.
    pub advice: LocalizedText,
}

/// A reason against sending, as the API returns it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Reason)]
pub struct ReasonView {
    /// The code, for programs.
    code: ReasonCode,
    /// What prevents the send, in English.
    text: String,
    /// The same text by its key.
    localized_text: LocalizedTextView,
    /// Advice for the user, in English.
    advice: String,
    /// The same advice by its key.
    localized_advice: LocalizedTextView,
}

impl Reason {
    /// Returns the reason as the API returns it.
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
