//! What goes wrong: armed by a test or over the control surface, forgotten at the end of the process.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use tokio::sync::watch;

use super::rule::{Call, Rule};

/// What happens to a call that would create a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CreateFault {
    /// Answered with this HTTP status (429 carries code 20429), not accepted.
    Answer {
        /// 429, 500, 503…
        status: u16,
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

/// How fast the carrier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Pace {
    /// From accepted to `sending`.
    #[serde(rename = "sending_ms", deserialize_with = "millis")]
    pub sending: Duration,
    /// From there to `sent`.
    #[serde(rename = "sent_ms", deserialize_with = "millis")]
    pub sent: Duration,
    /// From there to the phone.
    #[serde(rename = "delivered_ms", deserialize_with = "millis")]
    pub delivered: Duration,
}

impl Pace {
    /// No delays at all, for tests that want only the result.
    pub fn instant() -> Self {
        Self { sending: Duration::ZERO, sent: Duration::ZERO, delivered: Duration::ZERO }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            sending: Duration::from_millis(40),
            sent: Duration::from_millis(120),
            delivered: Duration::from_millis(350),
        }
    }
}

/// The script of one simulator.
#[derive(Debug, Default)]
pub struct Script {
    creates: Mutex<Vec<Rule<CreateFault>>>,
    callbacks: Mutex<Vec<Rule<CallbackFault>>>,
    inbound: Mutex<Vec<Rule<InboundFault>>>,
    pace: Mutex<Pace>,
    refusing: watch::Sender<bool>,
}

impl Script {
    /// Arms a fault for calls that create messages.
    pub fn on_create(&self, rule: Rule<CreateFault>) {
        locked(&self.creates, |rules| rules.push(rule));
    }

    /// Arms a fault for status callbacks.
    pub fn on_callback(&self, rule: Rule<CallbackFault>) {
        locked(&self.callbacks, |rules| rules.push(rule));
    }

    /// Arms a fault for the webhooks of inbound messages.
    pub fn on_inbound(&self, rule: Rule<InboundFault>) {
        locked(&self.inbound, |rules| rules.push(rule));
    }

    /// Sets how fast the carrier is.
    pub fn set_pace(&self, pace: Pace) {
        locked(&self.pace, |present| *present = pace);
    }

    /// Closes the port (every connection is refused) or opens it again.
    pub fn refuse_connections(&self, refuse: bool) {
        self.refusing.send_replace(refuse);
    }

    /// Disarms everything.
    pub fn clear(&self) {
        locked(&self.creates, Vec::clear);
        locked(&self.callbacks, Vec::clear);
        locked(&self.inbound, Vec::clear);
        self.set_pace(Pace::default());
        self.refuse_connections(false);
    }

    pub(super) fn refusing(&self) -> watch::Receiver<bool> {
        self.refusing.subscribe()
    }

    pub(super) fn pace(&self) -> Pace {
        locked(&self.pace, |pace| *pace)
    }

    pub(super) fn create_meets(&self, call: Call<'_>, now: Timestamp) -> Option<CreateFault> {
        meet(&self.creates, call, now)
    }

    pub(super) fn callback_meets(&self, call: Call<'_>, now: Timestamp) -> Option<CallbackFault> {
        meet(&self.callbacks, call, now)
    }

    pub(super) fn inbound_meets(&self, call: Call<'_>, now: Timestamp) -> Option<InboundFault> {
        meet(&self.inbound, call, now)
    }
}

fn meet<F: Copy>(rules: &Mutex<Vec<Rule<F>>>, call: Call<'_>, now: Timestamp) -> Option<F> {
    locked(rules, |rules| {
        rules
            .iter_mut()
            .filter(|rule| rule.fits(call))
            .find_map(|rule| rule.meets(now).then_some(rule.fault))
    })
}

fn locked<T, R>(mutex: &Mutex<T>, act: impl FnOnce(&mut T) -> R) -> R {
    act(&mut mutex.lock().unwrap_or_else(PoisonError::into_inner))
}

fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}
