//! Faults on order, for tests: what a real table does on a bad day.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;

/// What happens to a request.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Refused as throttled; nothing is done.
    Throttle,
    /// Answered 500; nothing is done.
    Fail,
    /// Done, but answered 500.
    DropResponse,
    /// Done later, by the injected clock; the request holds its items meanwhile.
    Delay(Duration),
    /// Done when the gate opens; the request holds its items meanwhile.
    Wait(Gate),
}

/// Which requests a fault meets. An absent field means any.
#[derive(Debug, Clone)]
pub struct RequestFault {
    /// The function's name.
    pub caller: Option<String>,
    /// For example `TransactWriteItems`.
    pub operation: Option<String>,
    /// Text that stands in the request, for example an item's key.
    pub body_text: Option<String>,
    /// How many such requests pass first.
    pub after: usize,
    /// How many it then meets.
    pub times: usize,
    /// What happens to them.
    pub effect: Effect,
}

impl RequestFault {
    /// A fault that meets the next request of any kind once.
    pub fn once(effect: Effect) -> Self {
        Self { caller: None, operation: None, body_text: None, after: 0, times: 1, effect }
    }

    /// Only requests of this operation.
    #[must_use]
    pub fn on_operation(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// Only requests in which this text stands.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        self.body_text = Some(text.to_owned());
        self
    }

    fn matches(&self, caller: &str, operation: &str, body: &Value) -> bool {
        self.caller.as_deref().is_none_or(|caller_filter| caller_filter == caller)
            && self
                .operation
                .as_deref()
                .is_none_or(|operation_filter| operation_filter == operation)
            && self.body_text.as_deref().is_none_or(|text| body.to_string().contains(text))
    }
}

/// A gate at which requests wait. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate {
    arrivals: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self { arrivals: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) }
    }

    /// Completes when one more request stands at the gate.
    pub async fn wait_for_request(&self) {
        if let Ok(permit) = self.arrivals.acquire().await {
            permit.forget();
        }
    }

    /// Opens the gate for good.
    pub fn open(&self) {
        self.open.close();
    }

    /// Stands at the gate until it opens.
    pub async fn pass(&self) {
        self.arrivals.add_permits(1);
        let _ = self.open.acquire().await;
    }
}

/// The faults that are armed. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct RequestFaults {
    faults: Arc<Mutex<Vec<RequestFault>>>,
}

impl RequestFaults {
    /// Arms one more.
    pub fn arm(&self, fault: RequestFault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// Disarms all.
    pub fn clear(&self) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What happens to this request.
    pub(super) fn take_effect(
        &self,
        caller: &str,
        operation: &str,
        body: &Value,
    ) -> Option<Effect> {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = faults
            .iter_mut()
            .find(|fault| fault.times > 0 && fault.matches(caller, operation, body))?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times -= 1;
        let effect = fault.effect.clone();
        faults.retain(|fault| fault.times > 0);
        Some(effect)
    }
}
