//! Runs due tasks, oldest first, at most 64 at once.

use std::sync::Arc;
use std::time::Duration;

use super::state::SimulatorState;
use super::store::work::{self, Task, TaskKind};
use super::task_pool::{self, TaskPool};
use super::{carrier, fetch, webhook_sender};

const CONCURRENCY: usize = 64;

/// The HTTP clients of the worker.
#[derive(Clone)]
pub(super) struct Clients {
    /// The client of webhooks.
    pub(super) webhooks: reqwest::Client,
    /// The client of files.
    pub(super) files: reqwest::Client,
}

/// Runs until the simulator stops.
///
/// Aborted tasks stay in the store and run again after the next start.
pub(super) async fn run(state: Arc<SimulatorState>, clients: Clients) {
    task_pool::run_pool(&state, &state.work_ready, |pool| start_due(&state, &clients, pool)).await;
}

/// Starts due tasks that are not running.
///
/// Returns the time until the next is due.
fn start_due(
    state: &Arc<SimulatorState>,
    clients: &Clients,
    pool: &mut TaskPool<i64>,
) -> rusqlite::Result<Duration> {
    let now = state.now();
    for task in state.store.with(|db| work::list_due(db, now, CONCURRENCY + pool.count()))? {
        if pool.count() >= CONCURRENCY {
            break;
        }
        if !pool.contains(&task.id) {
            pool.spawn(task.id, perform(Arc::clone(state), clients.clone(), task));
        }
    }
    let next = state.store.with(|db| work::next_due(db, now))?;
    Ok(task_pool::delay_until(now, next))
}

async fn perform(state: Arc<SimulatorState>, clients: Clients, task: Task) {
    let result = match task.kind.clone() {
        Some(TaskKind::AdvanceStatus { to, hurried }) => {
            carrier::advance(&state, &task, to, hurried)
        }
        Some(TaskKind::FetchMedia { hurried }) => {
            fetch::fetch_media(&state, &clients.files, &task, hurried).await
        }
        Some(TaskKind::PostWebhook(post)) => {
            webhook_sender::deliver(&state, &clients.webhooks, &task, post).await
        }
        None => state.store.with(|db| work::complete(db, task.id)),
    };
    if let Err(error) = result {
        tracing::error!(%error, message.sid = task.sid, "Simulator task result not stored");
    }
    state.work_changed();
}
