//! Named fault points: every call that leaves the process passes one, so that a test can break exactly that call.

use std::sync::Arc;

use futures_util::future::BoxFuture;

/// What an armed fault point does to the call that passes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The call is not made and ends as if the connection had been refused.
    RefuseConnection,
    /// The call is made, but its answer is lost.
    DropResponse,
}

/// Decides, point by point, whether a call goes through. The default lets everything pass.
pub trait FaultInjector: Send + Sync + 'static {
    /// Asked before the call named `point` (for example `table.transact`, `twilio.create`, `socket.post`).
    fn fault_at(&self, point: &'static str) -> BoxFuture<'static, Option<Fault>>;
}

/// The fault points of one function. Cheap to clone; unarmed in production.
#[derive(Clone, Default)]
pub struct FaultPoints(Option<Arc<dyn FaultInjector>>);

impl std::fmt::Debug for FaultPoints {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(if self.0.is_some() { "FaultPoints(armed)" } else { "FaultPoints(none)" })
    }
}

impl FaultPoints {
    /// Fault points watched over by `nemesis`.
    pub fn with_injector(injector: Arc<dyn FaultInjector>) -> Self {
        Self(Some(injector))
    }

    /// Passes the point named `point`.
    pub async fn check(&self, point: &'static str) -> Option<Fault> {
        match &self.0 {
            Some(injector) => injector.fault_at(point).await,
            None => None,
        }
    }
}
