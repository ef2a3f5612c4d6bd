//! What people see of a message's fate: one label, and a failure in plain words.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::localized::code as texts;
use crate::message::delivery_status::DeliveryStatus;

/// The one label that people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisplayStatus {
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
    Rejected,
    /// Whether Twilio took it could not be found out.
    Unconfirmed,
    /// Whether Twilio took it is being found out.
    Unknown,
}

impl DisplayStatus {
    /// The statuses of a message that was not delivered and may be resent.
    pub const FAILED: [Self; 5] =
        [Self::Failed, Self::Undelivered, Self::Canceled, Self::Rejected, Self::Unconfirmed];

    /// The label for Twilio's word.
    pub fn from_delivery_status(status: DeliveryStatus) -> Self {
        match status {
            DeliveryStatus::Accepted | DeliveryStatus::Scheduled | DeliveryStatus::Queued => {
                Self::Queued
            }
            DeliveryStatus::Sending => Self::Sending,
            DeliveryStatus::Sent => Self::Sent,
            DeliveryStatus::Delivered | DeliveryStatus::PartiallyDelivered => Self::Delivered,
            DeliveryStatus::Read => Self::Read,
            DeliveryStatus::Undelivered => Self::Undelivered,
            DeliveryStatus::Failed => Self::Failed,
            DeliveryStatus::Canceled => Self::Canceled,
            DeliveryStatus::Received | DeliveryStatus::Receiving => Self::Received,
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
    pub retryable: bool,
}

impl MessageError {
    /// The words for a code.
    pub fn from_code(code: u32) -> Self {
        let advice = crate::twilio_codes::find(code);
        Self {
            code,
            title: advice
                .map_or_else(|| texts::unknown(code).to_string(), |advice| advice.title.to_owned()),
            advice: advice.map_or_else(
                || texts::unknown_advice().to_string(),
                |advice| advice.advice.to_owned(),
            ),
            retryable: advice.is_none_or(|advice| advice.retryable),
        }
    }
}
