//! The status and the error of a message, as the UI shows them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::localized::code as texts;
use crate::message::delivery_status::DeliveryStatus;

/// The status of a message that the UI shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisplayStatus {
    /// Received from the contact.
    Received,
    /// Stored; not yet sent to Twilio, or in Twilio's queue.
    Queued,
    /// Twilio is sending it to the carrier.
    Sending,
    /// The carrier accepted it.
    Sent,
    /// Delivered to the recipient.
    Delivered,
    /// The recipient has opened it.
    Read,
    /// The carrier could not deliver it.
    Undelivered,
    /// Twilio could not send it.
    Failed,
    /// Canceled before it was sent.
    Canceled,
    /// Twilio rejected it.
    Rejected,
    /// The look-up could not determine whether Twilio accepted it.
    Unconfirmed,
    /// Twilio may have accepted it. A look-up is in progress.
    Unknown,
}

impl DisplayStatus {
    /// The statuses of a message that was not delivered and may be resent.
    pub const FAILED: [Self; 5] =
        [Self::Failed, Self::Undelivered, Self::Canceled, Self::Rejected, Self::Unconfirmed];

    /// Returns the display status for a delivery status.
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

/// An explanation of an error code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageError {
    /// Twilio's error code.
    pub code: u32,
    /// What happened.
    pub title: String,
    /// What to do.
    pub advice: String,
    /// Whether sending the message again may succeed.
    pub retryable: bool,
}

impl MessageError {
    /// Returns the explanation of an error code.
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
