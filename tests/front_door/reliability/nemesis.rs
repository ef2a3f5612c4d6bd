//! Breaks one call of a function, by the name of the fault point that the call passes.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use shared::clock::ShiftClock;
use shared::fault::{Fault, Faults, Nemesis};
use tokio::sync::Semaphore;

/// What happens to the call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Blow {
    /// It is never made; whoever makes it waits for ever.
    Hang,
    /// It is refused.
    Refuse,
    /// It is refused after so long.
    RefuseAfter(Duration),
    /// It is made, so much later.
    PassAfter(Duration),
    /// It is made, and its answer lost.
    LoseAnswer,
}

struct Armed {
    point: &'static str,
    skip: u32,
    times: u32,
    blow: Blow,
}

/// The fault points of a system in a test's hand.
#[derive(Clone)]
pub(super) struct Points {
    armed: Arc<Mutex<Vec<Armed>>>,
    struck: Arc<Semaphore>,
    clock: ShiftClock,
}

impl Points {
    /// Points that let everything pass, on `clock`.
    pub(super) fn on(clock: &ShiftClock) -> Self {
        let struck = Arc::new(Semaphore::new(0));
        Self { armed: Arc::default(), struck, clock: clock.clone() }
    }

    /// For the system's options.
    pub(super) fn faults(&self) -> Faults {
        Faults::armed(Arc::new(self.clone()))
    }

    /// The next call at `point` meets `blow`.
    pub(super) fn next(&self, point: &'static str, blow: Blow) {
        self.after(point, 0, 1, blow);
    }

    /// After `skip` calls at `point`, so many meet `blow`.
    pub(super) fn after(&self, point: &'static str, skip: u32, times: u32, blow: Blow) {
        self.armed.lock().unwrap().push(Armed { point, skip, times, blow });
    }

    /// Lets everything pass again.
    pub(super) fn clear(&self) {
        self.armed.lock().unwrap().clear();
    }

    /// Completes when one more blow was dealt.
    pub(super) async fn struck(&self) {
        self.struck.acquire().await.unwrap().forget();
    }

    fn blow(&self, point: &'static str) -> Option<Blow> {
        let mut armed = self.armed.lock().unwrap();
        let met = armed.iter_mut().find(|armed| armed.point == point && armed.times > 0)?;
        if met.skip > 0 {
            met.skip -= 1;
            return None;
        }
        met.times -= 1;
        Some(met.blow)
    }
}

impl Nemesis for Points {
    fn meets(&self, point: &'static str) -> BoxFuture<'static, Option<Fault>> {
        let blow = self.blow(point);
        let (struck, clock) = (Arc::clone(&self.struck), self.clock.clone());
        async move {
            let blow = blow?;
            struck.add_permits(1);
            match blow {
                Blow::Hang => pending().await,
                Blow::Refuse => Some(Fault::Refuse),
                Blow::RefuseAfter(time) => {
                    clock.advance(time);
                    Some(Fault::Refuse)
                }
                Blow::PassAfter(time) => {
                    clock.advance(time);
                    None
                }
                Blow::LoseAnswer => Some(Fault::LoseAnswer),
            }
        }
        .boxed()
    }
}
