//! Work under way side by side, each piece known by its key, until the simulator stops.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::task::{Id, JoinSet};

use super::exchange::Exchange;

/// What is under way.
pub(super) struct Hands<K> {
    running: JoinSet<()>,
    keys: HashMap<Id, K>,
}

impl<K: PartialEq> Hands<K> {
    /// How many pieces there are.
    pub(super) fn count(&self) -> usize {
        self.keys.len()
    }

    /// Whether the piece called `key` is one of them.
    pub(super) fn hold(&self, key: &K) -> bool {
        self.keys.values().any(|held| held == key)
    }

    /// Begins a piece.
    pub(super) fn take(&mut self, key: K, piece: impl Future<Output = ()> + Send + 'static) {
        self.keys.insert(self.running.spawn(piece).id(), key);
    }
}

/// Works until the simulator stops; what is cut off then is still in the store. `take_up` begins what is due and is not in hand, and
/// says how long until the next; it is asked whenever a piece has ended, the bell rings, or that time has come.
pub(super) async fn work<K: PartialEq>(
    exchange: &Exchange,
    bell: &Notify,
    mut take_up: impl FnMut(&mut Hands<K>) -> rusqlite::Result<Duration>,
) {
    let mut stopping = exchange.stopping.subscribe();
    let mut hands = Hands { running: JoinSet::new(), keys: HashMap::new() };
    loop {
        let next = match take_up(&mut hands) {
            Ok(next) => next,
            Err(problem) => {
                tracing::error!(%problem, "The simulator cannot read its work");
                Duration::from_secs(1)
            }
        };
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => return,
            Some(ended) = hands.running.join_next_with_id() => {
                let id = match &ended {
                    Ok((id, ())) => *id,
                    Err(panicked) => panicked.id(),
                };
                hands.keys.remove(&id);
            }
            () = bell.notified() => {}
            () = exchange.clock.sleep(next) => {}
        }
    }
}

/// From `now` to `next`; an hour where there is none.
pub(super) fn wait(now: Timestamp, next: Option<Timestamp>) -> Duration {
    next.map_or(Duration::from_hours(1), |due| {
        Duration::try_from(due.duration_since(now)).unwrap_or(Duration::ZERO)
    })
}
