//! Does what is due, oldest first, at most 64 pieces at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinSet};

use super::exchange::Exchange;
use super::store::work::{self, Job, Task};
use super::{courier, fetch, network};

const AT_ONCE: usize = 64;

/// Who calls out.
#[derive(Clone)]
pub(super) struct Clients {
    /// Webhooks.
    pub(super) webhooks: reqwest::Client,
    /// Files.
    pub(super) files: reqwest::Client,
}

/// Works until the simulator stops. What is cut off then stays in the store and is done after the next start.
pub(super) async fn run(exchange: Arc<Exchange>, clients: Clients) {
    let mut stopping = exchange.stopping.subscribe();
    let mut running: JoinSet<()> = JoinSet::new();
    let mut in_hand: HashMap<Id, i64> = HashMap::new();
    loop {
        let next = match take_up(&exchange, &clients, &mut running, &mut in_hand) {
            Ok(next) => next,
            Err(problem) => {
                tracing::error!(%problem, "The simulator cannot read its work");
                Duration::from_secs(1)
            }
        };
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => return,
            Some(ended) = running.join_next_with_id() => {
                let id = match &ended {
                    Ok((id, ())) => *id,
                    Err(panicked) => panicked.id(),
                };
                in_hand.remove(&id);
            }
            () = exchange.bell.notified() => {}
            () = exchange.clock.sleep(next) => {}
        }
    }
}

/// Starts what is due and not in hand; says how long until the next.
fn take_up(
    exchange: &Arc<Exchange>,
    clients: &Clients,
    running: &mut JoinSet<()>,
    in_hand: &mut HashMap<Id, i64>,
) -> rusqlite::Result<Duration> {
    let now = exchange.now();
    for task in exchange.store.with(|db| work::due(db, now, AT_ONCE + in_hand.len()))? {
        if in_hand.len() >= AT_ONCE {
            break;
        }
        if in_hand.values().any(|id| *id == task.id) {
            continue;
        }
        let id = task.id;
        let handle = running.spawn(perform(Arc::clone(exchange), clients.clone(), task));
        in_hand.insert(handle.id(), id);
    }
    let next = exchange.store.with(|db| work::next_due(db, now))?;
    let wait = next.map_or(Duration::from_hours(1), |due| {
        Duration::try_from(due.duration_since(now)).unwrap_or(Duration::ZERO)
    });
    Ok(wait)
}

async fn perform(exchange: Arc<Exchange>, clients: Clients, task: Task) {
    let result = match task.job.clone() {
        Some(Job::Step { to, hurried }) => network::step(&exchange, &task, to, hurried),
        Some(Job::Fetch { hurried }) => {
            fetch::collect(&exchange, &clients.files, &task, hurried).await
        }
        Some(Job::Post(post)) => courier::deliver(&exchange, &clients.webhooks, &task, post).await,
        None => exchange.store.with(|db| work::done(db, task.id)),
    };
    if let Err(problem) = result {
        tracing::error!(%problem, message.sid = task.sid, "The simulator could not record its work");
    }
    exchange.changed();
}
