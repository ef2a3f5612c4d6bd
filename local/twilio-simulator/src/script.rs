//! The script: faults and settings that a test or the control API sets.
//!
//! Restarting clears it.

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

/// The delays of the carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Pace {
    /// From accepted to `sending`.
    #[serde(rename = "sending_ms", deserialize_with = "millis")]
    pub sending: Duration,
    /// From `sending` to `sent`.
    #[serde(rename = "sent_ms", deserialize_with = "millis")]
    pub sent: Duration,
    /// From `sent` to the phone.
    #[serde(rename = "delivered_ms", deserialize_with = "millis")]
    pub delivered: Duration,
}

impl Pace {
    /// Returns a pace without delays, for tests that need only the result.
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
    /// The fault of the next storage request, by file SID.
    storage: Mutex<HashMap<String, MediaFault>>,
    advanced_opt_out: AtomicBool,
    pace: Mutex<Pace>,
    limits: Mutex<Limits>,
    refusing: watch::Sender<bool>,
}

impl Script {
    /// Adds a fault of requests that create messages.
    pub fn on_create(&self, rule: FaultRule<CreateFault>) {
        with_lock(&self.creates, |rules| rules.push(rule));
    }

    /// Adds a fault of status callbacks.
    pub fn on_callback(&self, rule: FaultRule<CallbackFault>) {
        with_lock(&self.callbacks, |rules| rules.push(rule));
    }

    /// Adds a fault of the webhooks of inbound messages.
    pub fn on_inbound(&self, rule: FaultRule<InboundFault>) {
        with_lock(&self.inbound, |rules| rules.push(rule));
    }

    /// Adds a fault of requests for files.
    pub fn on_media(&self, rule: FaultRule<MediaFault>) {
        with_lock(&self.media, |rules| rules.push(rule));
    }

    /// Sets whether the Messaging Service has Advanced Opt-Out, which reports keywords in webhooks.
    pub fn set_advanced_opt_out(&self, enabled: bool) {
        self.advanced_opt_out.store(enabled, Ordering::Relaxed);
    }

    /// Sets the carrier's delays.
    pub fn set_pace(&self, pace: Pace) {
        with_lock(&self.pace, |current| *current = pace);
    }

    /// Sets the account's limits.
    pub fn set_limits(&self, limits: Limits) {
        with_lock(&self.limits, |current| *current = limits);
    }

    /// Closes the API's port, so that connections are refused, or opens it again.
    pub fn refuse_connections(&self, refuse: bool) {
        self.refusing.send_replace(refuse);
    }

    /// Removes all faults and restores the default settings.
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

    /// Sets or removes the fault of the next storage request for a file.
    ///
    /// The storage knows files only, not messages, so the API request decides.
    pub(super) fn set_storage_fault(&self, sid: &str, fault: Option<MediaFault>) {
        with_lock(&self.storage, |faults| match fault {
            Some(fault) => faults.insert(sid.to_owned(), fault),
            None => faults.remove(sid),
        });
    }

    /// Removes and returns the storage fault of a file.
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
