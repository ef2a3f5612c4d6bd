//! The results of requests to Twilio's REST API: what was created, and the errors.

use std::time::Duration;

use crate::message::delivery_status::DeliveryStatus;
use crate::sid::MessageSid;

/// A message that Twilio has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedMessage {
    /// Twilio's id of it.
    pub sid: MessageSid,
    /// Its first status, for which there is no callback.
    pub status: DeliveryStatus,
    /// The parts that it is cut into.
    pub num_segments: Option<u32>,
}

/// Why a message was not created, or may not have been.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    /// Twilio has not touched the request (429, or no connection): it may be repeated.
    #[error("Twilio did not process the request")]
    NotProcessed {
        /// How long Twilio asks us to wait.
        retry_after: Option<Duration>,
    },
    /// Twilio said no, and will again.
    #[error("Twilio rejected the message: {code} {message}")]
    Rejected {
        /// Twilio's error code; the HTTP status where the answer has none.
        code: u32,
        /// Twilio's words.
        message: String,
    },
    /// Nobody knows whether the message exists (no answer, 5xx, an answer that makes no sense): not to be repeated.
    #[error("Twilio may have accepted the message: {0}")]
    Ambiguous(String),
}

/// Why a list could not be read. Reading may always be repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// Twilio has not touched the request (429, or no connection).
    #[error("Twilio did not process the request")]
    NotProcessed {
        /// How long Twilio asks us to wait.
        retry_after: Option<Duration>,
    },
    /// Twilio said no.
    #[error("Twilio rejected the request: {code} {message}")]
    Rejected {
        /// Twilio's error code; the HTTP status where the answer has none.
        code: u32,
        /// Twilio's words.
        message: String,
    },
    /// No answer, 5xx, or an answer that makes no sense.
    #[error("Twilio gave no usable response: {0}")]
    Failed(String),
}
