//! The status and the error of a message, as the UI shows them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::localized::{LocalizedTextView, code as texts};
use crate::message::delivery_status::DeliveryStatus;
use crate::twilio_codes;

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
    /// `title` as a localized text; only for a code without a text of its own.
    pub localized_title: Option<LocalizedTextView>,
    /// What to do.
    pub advice: String,
    /// `advice` as a localized text; only for a code without a text of its own.
    pub localized_advice: Option<LocalizedTextView>,
    /// Whether sending the message again may succeed.
    pub retryable: bool,
}

impl MessageError {
    /// Returns the explanation of an error code. A retry helps only with codes that are known to be temporary.
    pub fn from_code(code: u32) -> Self {
        if let Some(known) = twilio_codes::find(code) {
            return Self {
                code,
                title: known.title.to_owned(),
                localized_title: None,
                advice: known.advice.to_owned(),
                localized_advice: None,
                retryable: known.retryable,
            };
        }
        let (title, advice) = (texts::unknown(code), twilio_codes::advice_by_range(code));
        Self {
            code,
            title: title.to_string(),
            localized_title: Some(title.view()),
            advice: advice.to_string(),
            localized_advice: Some(advice.view()),
            retryable: false,
        }
    }
}
