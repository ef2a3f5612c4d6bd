//! Results and errors of requests to Twilio's REST API.

use std::time::Duration;

use crate::message::delivery_status::DeliveryStatus;
use crate::sid::MessageSid;

/// A message that Twilio has created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedMessage {
    /// The SID of the message.
    pub sid: MessageSid,
    /// The first status. Twilio sends no callback for it.
    pub status: DeliveryStatus,
    /// The number of segments, if reported.
    pub num_segments: Option<u32>,
}

/// The error of creating a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    /// Twilio did not process the request (429, or no connection). It may be repeated.
    #[error("Twilio did not process the request")]
    NotProcessed {
        /// The delay of `Retry-After`, if there is one.
        retry_after: Option<Duration>,
    },
    /// Twilio rejected the message. Repeating the request gives the same result.
    #[error("Twilio rejected the message: {code} {message}")]
    Rejected {
        /// The error code, or the HTTP status if the response has no code.
        code: u32,
        /// Twilio's error message.
        message: String,
    },
    /// Twilio may have created the message (no response, 5xx, invalid response). Must not be repeated.
    #[error("Twilio may have accepted the message: {0}")]
    Ambiguous(String),
}

/// The error of any other request. These requests may always be repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// Twilio did not process the request (429, or no connection).
    #[error("Twilio did not process the request")]
    NotProcessed {
        /// The delay of `Retry-After`, if there is one.
        retry_after: Option<Duration>,
    },
    /// Twilio rejected the request.
    #[error("Twilio rejected the request: {code} {message}")]
    Rejected {
        /// The error code, or the HTTP status if the response has no code.
        code: u32,
        /// Twilio's error message.
        message: String,
    },
    /// There was no response, a 5xx or an invalid response.
    #[error("Twilio gave no usable response: {0}")]
    Failed(String),
}
