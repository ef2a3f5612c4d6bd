//! Does what is due, oldest first, at most 64 pieces at once.

use std::sync::Arc;
use std::time::Duration;

use super::exchange::Exchange;
use super::hands::{self, Hands};
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
    hands::work(&exchange, &exchange.bell, |hands| take_up(&exchange, &clients, hands)).await;
}

/// Starts what is due and not in hand; says how long until the next.
fn take_up(
    exchange: &Arc<Exchange>,
    clients: &Clients,
    hands: &mut Hands<i64>,
) -> rusqlite::Result<Duration> {
    let now = exchange.now();
    for task in exchange.store.with(|db| work::due(db, now, AT_ONCE + hands.count()))? {
        if hands.count() >= AT_ONCE {
            break;
        }
        if !hands.hold(&task.id) {
            hands.take(task.id, perform(Arc::clone(exchange), clients.clone(), task));
        }
    }
    let next = exchange.store.with(|db| work::next_due(db, now))?;
    Ok(hands::wait(now, next))
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
