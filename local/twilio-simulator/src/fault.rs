//! The faults that a script can inject.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// A fault of a request that creates a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CreateFault {
    /// Respond with this HTTP status (429 has code 20429) and do not accept the message.
    Respond {
        /// The HTTP status, such as 429, 500 or 503.
        status: u16,
    },
    /// Respond with 429 and `Retry-After`, and do not accept the message.
    Busy {
        /// The value of `Retry-After`.
        seconds: u32,
    },
    /// Cut the connection and do not accept the message.
    Cut,
    /// Accept the message and cut the connection without a response.
    DropResponse,
    /// Accept the message and never respond.
    Stall,
    /// Accept the message and respond later.
    LateResponse {
        /// The delay of the response.
        #[serde(rename = "ms", deserialize_with = "millis")]
        by: Duration,
    },
    /// Accept the message later, and then respond.
    Slow {
        /// The delay.
        #[serde(rename = "ms", deserialize_with = "millis")]
        by: Duration,
    },
    /// Post all callbacks of the message before the response.
    CallbacksFirst,
}

/// A fault of a status callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CallbackFault {
    /// Post it later.
    Late {
        /// The delay.
        #[serde(rename = "ms", deserialize_with = "millis")]
        by: Duration,
    },
    /// Post several copies at once.
    Copies {
        /// The number of copies.
        count: u32,
    },
    /// Post it after the callbacks of later statuses.
    Reordered,
    /// Never post it.
    Dropped,
}

/// A fault of the webhook of an inbound message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InboundFault {
    /// Post several copies at once.
    Copies {
        /// The number of copies.
        count: u32,
    },
    /// Post it later.
    Late {
        /// The delay.
        #[serde(rename = "ms", deserialize_with = "millis")]
        by: Duration,
    },
}

/// A fault of a request for a file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MediaFault {
    /// Respond later.
    Slow {
        /// The delay.
        #[serde(rename = "ms", deserialize_with = "millis")]
        by: Duration,
    },
    /// Respond with this HTTP status.
    Respond {
        /// The HTTP status, such as 404 or 500.
        status: u16,
    },
    /// Declare this content length and send zeros.
    Huge {
        /// The content length.
        bytes: u64,
    },
    /// Send zeros without end and without a content length.
    Endless,
    /// Declare another content type.
    WrongType {
        /// The content type.
        content_type: String,
    },
    /// Redirect to another URL.
    Redirect {
        /// The URL.
        to: String,
    },
    /// Redirect from the storage to itself before the response.
    Chain {
        /// The number of redirects.
        count: u32,
    },
    /// Cut the connection after half of the bytes.
    Cut,
}

pub(super) fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}
