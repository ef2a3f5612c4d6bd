//! The faults that a script can arm.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// What happens to a call that would create a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CreateFault {
    /// Answered with this HTTP status (429 carries code 20429), not accepted.
    Answer {
        /// 429, 500, 503…
        status: u16,
    },
    /// Answered 429 with `Retry-After`, not accepted.
    Busy {
        /// How long not to ask again.
        seconds: u32,
    },
    /// The connection is cut before the message is accepted.
    Cut,
    /// The message is accepted, the connection cut instead of answered.
    LoseAnswer,
    /// The message is accepted and the answer never comes.
    Stall,
    /// The message is accepted and the answer comes so much later.
    AnswerLate {
        /// How much.
        #[serde(rename = "ms", deserialize_with = "millis")]
        by: Duration,
    },
    /// The message is accepted, and answered, so much later.
    Slow {
        /// How much.
        #[serde(rename = "ms", deserialize_with = "millis")]
        by: Duration,
    },
    /// Every callback of the message is posted before the answer.
    CallbacksFirst,
}

/// What happens to a status callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CallbackFault {
    /// Posted so much later.
    Late {
        /// How much.
        #[serde(rename = "ms", deserialize_with = "millis")]
        by: Duration,
    },
    /// Posted so many times at once.
    Copies {
        /// How many.
        count: u32,
    },
    /// Posted after the callbacks that come after it.
    Reordered,
    /// Never posted.
    Dropped,
}

/// What happens to the webhook of an inbound message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InboundFault {
    /// Posted so many times at once.
    Copies {
        /// How many.
        count: u32,
    },
    /// Posted so much later.
    Late {
        /// How much.
        #[serde(rename = "ms", deserialize_with = "millis")]
        by: Duration,
    },
}

/// What happens to whoever fetches a file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MediaFault {
    /// The answer comes so much later.
    Slow {
        /// How much.
        #[serde(rename = "ms", deserialize_with = "millis")]
        by: Duration,
    },
    /// Answered with this HTTP status.
    Answer {
        /// 404, 500…
        status: u16,
    },
    /// So many bytes are promised.
    Huge {
        /// The content length.
        bytes: u64,
    },
    /// The bytes never end, and no length is promised.
    Endless,
    /// Declared as something else.
    WrongType {
        /// The content type.
        content_type: String,
    },
    /// Sent on to another address.
    Redirect {
        /// Where to.
        to: String,
    },
    /// The storage sends on to itself so many times before it answers.
    Chain {
        /// How many times.
        count: u32,
    },
    /// The connection is cut after half of the bytes.
    Cut,
}

pub(super) fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}
