//! Faults that tests inject into DynamoDB requests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;

/// The effect of a fault on a request.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Reject the request as throttled.
    Throttle,
    /// Respond with 500 without executing the request.
    Fail,
    /// Execute the request, but respond with 500.
    DropResponse,
    /// Execute the request after this time by the injected clock.
    ///
    /// Its items stay locked meanwhile.
    Delay(Duration),
    /// Execute the request when the gate opens.
    ///
    /// Its items stay locked meanwhile.
    Wait(Gate),
}

/// A fault and the requests that it applies to.
///
/// `None` matches any.
#[derive(Debug, Clone)]
pub struct RequestFault {
    /// The name of the calling function.
    pub caller: Option<String>,
    /// The operation, for example `TransactWriteItems`.
    pub operation: Option<String>,
    /// A text that the request contains, for example an item's key.
    pub body_text: Option<String>,
    /// How many matching requests pass before it applies.
    pub after: usize,
    /// How many requests it applies to.
    pub times: usize,
    /// What happens to them.
    pub effect: Effect,
}

impl RequestFault {
    /// Creates a fault of the next request, whatever it is.
    pub fn once(effect: Effect) -> Self {
        Self { caller: None, operation: None, body_text: None, after: 0, times: 1, effect }
    }

    /// Applies the fault only to this operation.
    #[must_use]
    pub fn on_operation(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// Applies the fault only to requests that contain this text.
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

/// A gate at which requests wait.
///
/// Clones share it.
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
    /// Creates a closed gate.
    pub fn new() -> Self {
        Self { arrivals: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) }
    }

    /// Waits until one more request is at the gate.
    pub async fn wait_for_request(&self) {
        if let Ok(permit) = self.arrivals.acquire().await {
            permit.forget();
        }
    }

    /// Opens the gate permanently.
    pub fn open(&self) {
        self.open.close();
    }

    /// Waits at the gate until it opens.
    pub async fn pass(&self) {
        self.arrivals.add_permits(1);
        let _ = self.open.acquire().await;
    }
}

/// The injected faults.
///
/// Clones share them.
#[derive(Debug, Clone, Default)]
pub struct RequestFaults {
    faults: Arc<Mutex<Vec<RequestFault>>>,
}

impl RequestFaults {
    /// Adds a fault.
    pub fn arm(&self, fault: RequestFault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns the effect on this request and counts it.
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
