//! Injects faults at fault points.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::clock::OffsetClock;
use shared::fault::{Fault, FaultInjector, FaultPoints};
use tokio::sync::Semaphore;

/// An injected fault.
#[derive(Debug, Clone, Copy)]
pub(super) enum InjectedFault {
    /// The call is not made and never returns.
    Hang,
    /// The connection is refused.
    RefuseConnection,
    /// The connection is refused after this time.
    RefuseAfter(Duration),
    /// The call is made after this time.
    PassAfter(Duration),
    /// The call is made, but its response is lost.
    DropResponse,
}

struct ArmedFault {
    point: &'static str,
    skip: u32,
    times: u32,
    fault: InjectedFault,
}

/// The fault points of a system, controlled by a test.
#[derive(Clone)]
pub(super) struct PointFaults {
    armed: Arc<Mutex<Vec<ArmedFault>>>,
    triggered: Arc<Semaphore>,
    clock: OffsetClock,
}

impl PointFaults {
    /// Creates fault points without faults.
    pub(super) fn with_clock(clock: &OffsetClock) -> Self {
        let triggered = Arc::new(Semaphore::new(0));
        Self { armed: Arc::default(), triggered, clock: clock.clone() }
    }

    /// Returns the fault points for the options of the system.
    pub(super) fn fault_points(&self) -> FaultPoints {
        FaultPoints::with_injector(Arc::new(self.clone()))
    }

    /// Injects a fault into the next call at `point`.
    pub(super) fn inject_next(&self, point: &'static str, fault: InjectedFault) {
        self.inject_after(point, 0, 1, fault);
    }

    /// Skips calls at `point`, then injects a fault into the next ones.
    pub(super) fn inject_after(
        &self,
        point: &'static str,
        skip: u32,
        times: u32,
        fault: InjectedFault,
    ) {
        self.armed.lock().unwrap().push(ArmedFault { point, skip, times, fault });
    }

    /// Removes all faults.
    pub(super) fn clear(&self) {
        self.armed.lock().unwrap().clear();
    }

    /// Waits until one more fault was injected.
    pub(super) async fn wait_until_triggered(&self) {
        self.triggered.acquire().await.unwrap().forget();
    }

    fn take(&self, point: &'static str) -> Option<InjectedFault> {
        let mut armed_faults = self.armed.lock().unwrap();
        let armed_fault = armed_faults
            .iter_mut()
            .find(|candidate| candidate.point == point && candidate.times > 0)?;
        if armed_fault.skip > 0 {
            armed_fault.skip -= 1;
            return None;
        }
        armed_fault.times -= 1;
        Some(armed_fault.fault)
    }
}

impl FaultInjector for PointFaults {
    fn fault_at(&self, point: &'static str) -> BoxFuture<'static, Option<Fault>> {
        let fault = self.take(point);
        let (triggered, clock) = (Arc::clone(&self.triggered), self.clock.clone());
        async move {
            let fault = fault?;
            triggered.add_permits(1);
            match fault {
                InjectedFault::Hang => pending().await,
                InjectedFault::RefuseConnection => Some(Fault::RefuseConnection),
                InjectedFault::RefuseAfter(duration) => {
                    clock.advance(duration);
                    Some(Fault::RefuseConnection)
                }
                InjectedFault::PassAfter(duration) => {
                    clock.advance(duration);
                    None
                }
                InjectedFault::DropResponse => Some(Fault::DropResponse),
            }
        }
        .boxed()
    }
}
