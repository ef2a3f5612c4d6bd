//! Fault points: named places before external calls where tests can inject faults.

use std::sync::Arc;

use futures_util::future::BoxFuture;

/// An injected fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The call is not made and fails as if the connection had been refused.
    RefuseConnection,
    /// The call is made, but its response is lost.
    DropResponse,
}

/// Decides for each external call whether a fault is injected.
pub trait FaultInjector: Send + Sync + 'static {
    /// Returns the fault for the next call at `point`, for example `table.transact` or `twilio.create`.
    fn fault_at(&self, point: &'static str) -> BoxFuture<'static, Option<Fault>>;
}

/// The fault points of one function. Without an injector, as in production, no fault is injected.
#[derive(Clone, Default)]
pub struct FaultPoints(Option<Arc<dyn FaultInjector>>);

impl std::fmt::Debug for FaultPoints {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(if self.0.is_some() { "FaultPoints(armed)" } else { "FaultPoints(none)" })
    }
}

impl FaultPoints {
    /// Creates fault points that `injector` controls.
    pub fn with_injector(injector: Arc<dyn FaultInjector>) -> Self {
        Self(Some(injector))
    }

    /// Returns the fault to inject at `point`, if any.
    pub async fn check(&self, point: &'static str) -> Option<Fault> {
        match &self.0 {
            Some(injector) => injector.fault_at(point).await,
            None => None,
        }
    }
}
