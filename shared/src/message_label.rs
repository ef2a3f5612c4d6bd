//! What people see of a message's fate: one label, and a failure in plain words.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::sentences::code as say;
use crate::status::MessageStatus;

/// The one label that people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageLabel {
    /// From the contact.
    Received,
    /// Stored, on its way to Twilio or waiting there.
    Queued,
    /// Twilio is handing it over.
    Sending,
    /// The carrier has it.
    Sent,
    /// The phone has it.
    Delivered,
    /// Somebody read it.
    Read,
    /// The carrier could not deliver it.
    Undelivered,
    /// Twilio could not send it.
    Failed,
    /// It was called back.
    Canceled,
    /// Twilio refused to take it.
    Refused,
    /// Whether Twilio took it could not be found out.
    Unconfirmed,
    /// Whether Twilio took it is being found out.
    Unknown,
}

impl MessageLabel {
    /// The label for Twilio's word.
    pub fn of(status: MessageStatus) -> Self {
        match status {
            MessageStatus::Accepted | MessageStatus::Scheduled | MessageStatus::Queued => {
                Self::Queued
            }
            MessageStatus::Sending => Self::Sending,
            MessageStatus::Sent => Self::Sent,
            MessageStatus::Delivered | MessageStatus::PartiallyDelivered => Self::Delivered,
            MessageStatus::Read => Self::Read,
            MessageStatus::Undelivered => Self::Undelivered,
            MessageStatus::Failed => Self::Failed,
            MessageStatus::Canceled => Self::Canceled,
            MessageStatus::Received | MessageStatus::Receiving => Self::Received,
        }
    }
}

/// A failure in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageError {
    /// Twilio's code.
    pub code: u32,
    /// What happened.
    pub title: String,
    /// What to do.
    pub advice: String,
    /// Whether sending again may help.
    pub retry: bool,
}

impl MessageError {
    /// The words for a code.
    pub fn of(code: u32) -> Self {
        let advice = crate::codes::advise(code);
        Self {
            code,
            title: advice
                .map_or_else(|| say::unknown(code).to_string(), |advice| advice.title.to_owned()),
            advice: advice.map_or_else(
                || say::unknown_advice().to_string(),
                |advice| advice.advice.to_owned(),
            ),
            retry: advice.is_none_or(|advice| advice.retry),
        }
    }
}
