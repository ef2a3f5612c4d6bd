//! What goes wrong: armed by a test or over the control surface, forgotten at the end of the process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::watch;

use super::fault::millis;
pub use super::fault::{CallbackFault, CreateFault, InboundFault, MediaFault};
pub use super::limits::Limits;
use super::rule::{Call, Rule};

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
    media: Mutex<Vec<Rule<MediaFault>>>,
    /// What the storage does to the next fetch of a file.
    storage: Mutex<HashMap<String, MediaFault>>,
    advanced_opt_out: AtomicBool,
    pace: Mutex<Pace>,
    limits: Mutex<Limits>,
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

    /// Arms a fault for whoever fetches files.
    pub fn on_media(&self, rule: Rule<MediaFault>) {
        locked(&self.media, |rules| rules.push(rule));
    }

    /// Whether the Messaging Service has Advanced Opt-Out: it tells the desk what a keyword meant.
    pub fn set_advanced_opt_out(&self, enabled: bool) {
        self.advanced_opt_out.store(enabled, Ordering::Relaxed);
    }

    /// Sets how fast the carrier is.
    pub fn set_pace(&self, pace: Pace) {
        locked(&self.pace, |present| *present = pace);
    }

    /// Sets how much the account may.
    pub fn set_limits(&self, limits: Limits) {
        locked(&self.limits, |present| *present = limits);
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
        locked(&self.media, Vec::clear);
        locked(&self.storage, HashMap::clear);
        self.set_advanced_opt_out(false);
        self.set_pace(Pace::default());
        self.set_limits(Limits::default());
        self.refuse_connections(false);
    }

    pub(super) fn refusing(&self) -> watch::Receiver<bool> {
        self.refusing.subscribe()
    }

    pub(super) fn pace(&self) -> Pace {
        locked(&self.pace, |pace| *pace)
    }

    pub(super) fn limits(&self) -> Limits {
        locked(&self.limits, |limits| *limits)
    }

    pub(super) fn has_advanced_opt_out(&self) -> bool {
        self.advanced_opt_out.load(Ordering::Relaxed)
    }

    pub(super) fn media_meets(&self, call: Call<'_>, now: Timestamp) -> Option<MediaFault> {
        meet(&self.media, call, now)
    }

    /// Leaves a fault, or none any more, for the storage, which knows files and no messages.
    pub(super) fn leave_to_storage(&self, sid: &str, fault: Option<MediaFault>) {
        locked(&self.storage, |faults| match fault {
            Some(fault) => faults.insert(sid.to_owned(), fault),
            None => faults.remove(sid),
        });
    }

    /// The fault that was left for this file.
    pub(super) fn storage_meets(&self, sid: &str) -> Option<MediaFault> {
        locked(&self.storage, |faults| faults.remove(sid))
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

fn meet<F: Clone>(rules: &Mutex<Vec<Rule<F>>>, call: Call<'_>, now: Timestamp) -> Option<F> {
    locked(rules, |rules| {
        rules
            .iter_mut()
            .filter(|rule| rule.fits(call))
            .find_map(|rule| rule.meets(now).then(|| rule.fault.clone()))
    })
}

fn locked<T, R>(mutex: &Mutex<T>, act: impl FnOnce(&mut T) -> R) -> R {
    act(&mut mutex.lock().unwrap_or_else(PoisonError::into_inner))
}
