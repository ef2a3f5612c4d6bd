//! Named fault points: every call that leaves the process passes one, so that a test can break exactly that call.

use std::sync::Arc;

use futures_util::future::BoxFuture;

/// What an armed fault point does to the call that passes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The call is not made and ends as if the connection had been refused.
    Refuse,
    /// The call is made, but its answer is lost.
    LoseAnswer,
}

/// Decides, point by point, whether a call goes through. The default lets everything pass.
pub trait Nemesis: Send + Sync + 'static {
    /// Asked before the call named `point` (for example `table.transact`, `twilio.create`, `socket.post`).
    fn meets(&self, point: &'static str) -> BoxFuture<'static, Option<Fault>>;
}

/// The fault points of one function. Cheap to clone; unarmed in production.
#[derive(Clone, Default)]
pub struct Faults(Option<Arc<dyn Nemesis>>);

impl std::fmt::Debug for Faults {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(if self.0.is_some() { "Faults(armed)" } else { "Faults(none)" })
    }
}

impl Faults {
    /// Fault points watched over by `nemesis`.
    pub fn armed(nemesis: Arc<dyn Nemesis>) -> Self {
        Self(Some(nemesis))
    }

    /// Passes the point named `point`.
    pub async fn pass(&self, point: &'static str) -> Option<Fault> {
        match &self.0 {
            Some(nemesis) => nemesis.meets(point).await,
            None => None,
        }
    }
}
