//! When a fault applies to a call.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::message::Status;

/// A fault and its conditions.
///
/// Without conditions it applies to the next call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FaultRule<F> {
    /// The customer's number.
    #[serde(default)]
    number: Option<String>,
    /// A part of the text.
    #[serde(default)]
    body: Option<String>,
    /// The status that a callback reports.
    #[serde(default)]
    status: Option<Status>,
    /// How many matching calls pass before it applies.
    #[serde(default)]
    skip: u32,
    /// How many calls it applies to. 1 by default.
    #[serde(default)]
    times: Option<u32>,
    /// How long it applies to every matching call, from the first one.
    #[serde(default, rename = "lasting_ms", deserialize_with = "some_millis")]
    lasting: Option<Duration>,
    /// The fault.
    pub(super) fault: F,
    #[serde(skip)]
    until: Option<Timestamp>,
}

impl<F> FaultRule<F> {
    /// Creates a rule that applies `fault` to the next call.
    pub fn next(fault: F) -> Self {
        Self {
            number: None,
            body: None,
            status: None,
            skip: 0,
            times: None,
            lasting: None,
            fault,
            until: None,
        }
    }

    /// Applies the fault only to this customer's number.
    #[must_use]
    pub fn number(mut self, number: &str) -> Self {
        self.number = Some(number.to_owned());
        self
    }

    /// Applies the fault only to texts that contain `part`.
    #[must_use]
    pub fn body(mut self, part: &str) -> Self {
        self.body = Some(part.to_owned());
        self
    }

    /// Applies the fault only to callbacks that report `status`.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Lets this many matching calls pass before the fault applies.
    #[must_use]
    pub fn skip(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }

    /// Applies the fault to this many calls.
    #[must_use]
    pub fn times(mut self, calls: u32) -> Self {
        self.times = Some(calls);
        self
    }

    /// Applies the fault to every matching call for `duration`, from the first one.
    #[must_use]
    pub fn lasting(mut self, duration: Duration) -> Self {
        self.lasting = Some(duration);
        self
    }

    pub(super) fn matches(&self, call: Call<'_>) -> bool {
        self.number.as_deref().is_none_or(|number| number == call.number)
            && self.body.as_deref().is_none_or(|part| call.body.contains(part))
            && self.status.is_none_or(|status| call.status == Some(status))
    }

    /// Counts a matching call.
    ///
    /// Returns whether the fault applies to it.
    pub(super) fn consume(&mut self, now: Timestamp) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if let Some(lasting) = self.lasting {
            let until = *self.until.get_or_insert_with(|| now.checked_add(lasting).unwrap_or(now));
            return now < until;
        }
        let remaining = self.times.get_or_insert(1);
        let applies = *remaining > 0;
        *remaining = remaining.saturating_sub(1);
        applies
    }
}

/// The call that a rule is compared with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    /// The customer's number.
    pub(super) number: &'a str,
    /// The text.
    pub(super) body: &'a str,
    /// The status that a callback reports.
    pub(super) status: Option<Status>,
}

fn some_millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    u64::deserialize(deserializer).map(|millis| Some(Duration::from_millis(millis)))
}
