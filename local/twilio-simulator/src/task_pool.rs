//! Work under way side by side, each piece known by its key, until the simulator stops.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::task::{Id, JoinSet};

use super::state::SimulatorState;

/// What is under way.
pub(super) struct TaskPool<K> {
    running: JoinSet<()>,
    keys: HashMap<Id, K>,
}

impl<K: PartialEq> TaskPool<K> {
    /// How many pieces there are.
    pub(super) fn count(&self) -> usize {
        self.keys.len()
    }

    /// Whether the piece called `key` is one of them.
    pub(super) fn contains(&self, key: &K) -> bool {
        self.keys.values().any(|running_key| running_key == key)
    }

    /// Begins a piece.
    pub(super) fn spawn(&mut self, key: K, task: impl Future<Output = ()> + Send + 'static) {
        self.keys.insert(self.running.spawn(task).id(), key);
    }
}

/// Works until the simulator stops; what is cut off then is still in the store. `take_up` begins what is due and is not in hand, and
/// says how long until the next; it is asked whenever a piece has ended, the bell rings, or that time has come.
pub(super) async fn run_pool<K: PartialEq>(
    state: &SimulatorState,
    bell: &Notify,
    mut start_due: impl FnMut(&mut TaskPool<K>) -> rusqlite::Result<Duration>,
) {
    let mut stopping = state.stopping.subscribe();
    let mut pool = TaskPool { running: JoinSet::new(), keys: HashMap::new() };
    loop {
        let next = match start_due(&mut pool) {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(%error, "Simulator work queue read failed");
                Duration::from_secs(1)
            }
        };
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => return,
            Some(joined) = pool.running.join_next_with_id() => {
                let id = match &joined {
                    Ok((id, ())) => *id,
                    Err(error) => error.id(),
                };
                pool.keys.remove(&id);
            }
            () = bell.notified() => {}
            () = state.clock.sleep(next) => {}
        }
    }
}

/// From `now` to `next`; an hour where there is none.
pub(super) fn delay_until(now: Timestamp, next: Option<Timestamp>) -> Duration {
    next.map_or(Duration::from_hours(1), |due| {
        Duration::try_from(due.duration_since(now)).unwrap_or(Duration::ZERO)
    })
}
