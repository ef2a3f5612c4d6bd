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
use super::rule::{Call, FaultRule};

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
    creates: Mutex<Vec<FaultRule<CreateFault>>>,
    callbacks: Mutex<Vec<FaultRule<CallbackFault>>>,
    inbound: Mutex<Vec<FaultRule<InboundFault>>>,
    media: Mutex<Vec<FaultRule<MediaFault>>>,
    /// What the storage does to the next fetch of a file.
    storage: Mutex<HashMap<String, MediaFault>>,
    advanced_opt_out: AtomicBool,
    pace: Mutex<Pace>,
    limits: Mutex<Limits>,
    refusing: watch::Sender<bool>,
}

impl Script {
    /// Arms a fault for calls that create messages.
    pub fn on_create(&self, rule: FaultRule<CreateFault>) {
        with_lock(&self.creates, |rules| rules.push(rule));
    }

    /// Arms a fault for status callbacks.
    pub fn on_callback(&self, rule: FaultRule<CallbackFault>) {
        with_lock(&self.callbacks, |rules| rules.push(rule));
    }

    /// Arms a fault for the webhooks of inbound messages.
    pub fn on_inbound(&self, rule: FaultRule<InboundFault>) {
        with_lock(&self.inbound, |rules| rules.push(rule));
    }

    /// Arms a fault for whoever fetches files.
    pub fn on_media(&self, rule: FaultRule<MediaFault>) {
        with_lock(&self.media, |rules| rules.push(rule));
    }

    /// Whether the Messaging Service has Advanced Opt-Out: it tells the desk what a keyword meant.
    pub fn set_advanced_opt_out(&self, enabled: bool) {
        self.advanced_opt_out.store(enabled, Ordering::Relaxed);
    }

    /// Sets how fast the carrier is.
    pub fn set_pace(&self, pace: Pace) {
        with_lock(&self.pace, |current| *current = pace);
    }

    /// Sets how much the account may.
    pub fn set_limits(&self, limits: Limits) {
        with_lock(&self.limits, |current| *current = limits);
    }

    /// Closes the port (every connection is refused) or opens it again.
    pub fn refuse_connections(&self, refuse: bool) {
        self.refusing.send_replace(refuse);
    }

    /// Disarms everything.
    pub fn clear(&self) {
        with_lock(&self.creates, Vec::clear);
        with_lock(&self.callbacks, Vec::clear);
        with_lock(&self.inbound, Vec::clear);
        with_lock(&self.media, Vec::clear);
        with_lock(&self.storage, HashMap::clear);
        self.set_advanced_opt_out(false);
        self.set_pace(Pace::default());
        self.set_limits(Limits::default());
        self.refuse_connections(false);
    }

    pub(super) fn subscribe_refusing(&self) -> watch::Receiver<bool> {
        self.refusing.subscribe()
    }

    pub(super) fn pace(&self) -> Pace {
        with_lock(&self.pace, |pace| *pace)
    }

    pub(super) fn limits(&self) -> Limits {
        with_lock(&self.limits, |limits| *limits)
    }

    pub(super) fn has_advanced_opt_out(&self) -> bool {
        self.advanced_opt_out.load(Ordering::Relaxed)
    }

    pub(super) fn next_media_fault(&self, call: Call<'_>, now: Timestamp) -> Option<MediaFault> {
        next_fault(&self.media, call, now)
    }

    /// Leaves a fault, or none any more, for the storage, which knows files and no messages.
    pub(super) fn set_storage_fault(&self, sid: &str, fault: Option<MediaFault>) {
        with_lock(&self.storage, |faults| match fault {
            Some(fault) => faults.insert(sid.to_owned(), fault),
            None => faults.remove(sid),
        });
    }

    /// The fault that was left for this file.
    pub(super) fn take_storage_fault(&self, sid: &str) -> Option<MediaFault> {
        with_lock(&self.storage, |faults| faults.remove(sid))
    }

    pub(super) fn next_create_fault(&self, call: Call<'_>, now: Timestamp) -> Option<CreateFault> {
        next_fault(&self.creates, call, now)
    }

    pub(super) fn next_callback_fault(
        &self,
        call: Call<'_>,
        now: Timestamp,
    ) -> Option<CallbackFault> {
        next_fault(&self.callbacks, call, now)
    }

    pub(super) fn next_inbound_fault(
        &self,
        call: Call<'_>,
        now: Timestamp,
    ) -> Option<InboundFault> {
        next_fault(&self.inbound, call, now)
    }
}

fn next_fault<F: Clone>(
    rules: &Mutex<Vec<FaultRule<F>>>,
    call: Call<'_>,
    now: Timestamp,
) -> Option<F> {
    with_lock(rules, |rules| {
        rules
            .iter_mut()
            .filter(|rule| rule.matches(call))
            .find_map(|rule| rule.consume(now).then(|| rule.fault.clone()))
    })
}

fn with_lock<T, R>(mutex: &Mutex<T>, run: impl FnOnce(&mut T) -> R) -> R {
    run(&mut mutex.lock().unwrap_or_else(PoisonError::into_inner))
}
