//! A pool of concurrent tasks, each identified by a key.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::task::{Id, JoinSet};

use super::state::SimulatorState;

/// The running tasks.
pub(super) struct TaskPool<K> {
    running: JoinSet<()>,
    keys: HashMap<Id, K>,
}

impl<K: PartialEq> TaskPool<K> {
    /// Returns the number of running tasks.
    pub(super) fn count(&self) -> usize {
        self.keys.len()
    }

    /// Returns whether the task `key` is running.
    pub(super) fn contains(&self, key: &K) -> bool {
        self.keys.values().any(|running_key| running_key == key)
    }

    /// Starts a task.
    pub(super) fn spawn(&mut self, key: K, task: impl Future<Output = ()> + Send + 'static) {
        self.keys.insert(self.running.spawn(task).id(), key);
    }
}

/// Runs tasks until the simulator stops.
///
/// Aborted tasks are still in the store.
///
/// `start_due` starts the due tasks that are not running and returns the time until the next is due. It is called when
/// a task ends, when `bell` is notified, and when that time has passed.
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

/// Returns the time from `now` to `next`, or one hour without `next`.
pub(super) fn delay_until(now: Timestamp, next: Option<Timestamp>) -> Duration {
    next.map_or(Duration::from_hours(1), |due| {
        Duration::try_from(due.duration_since(now)).unwrap_or(Duration::ZERO)
    })
}
