//! `sweep` runs each minute. It requeues due outbox entries and marks stuck sends unknown.
//!
//! It accesses only the table.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::lambda::Setup;
use shared::outbox::{OutboxEntry, OutboxHome, OutboxState};
use shared::store::DueEntry;

use crate::app::{App, Build, Cx, Invocation, Needs, background, no_state};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    background(setup, Needs::NONE, no_state, handle)
}

async fn handle(Cx { app, .. }: Cx, _: Invocation<Value>) -> Result<Value> {
    let mut queues: BTreeSet<ConversationId> = BTreeSet::new();
    let mut jobs: Vec<DueEntry> = Vec::new();
    let mut position = None;
    loop {
        let (entries, next) = app.store.list_due(position).await?;
        for entry in entries {
            match entry.home.clone() {
                OutboxHome::Conversation(id) if entry.in_queue => {
                    queues.insert(id);
                }
                _ => jobs.push(entry),
            }
        }
        position = next;
        if position.is_none() {
            break;
        }
    }
    let (mut requeued, mut unknown, mut failed) = (0_u32, 0_u32, 0_u32);
    for due in queues.into_iter().map(Due::Queue).chain(jobs.into_iter().map(Due::Job)) {
        let (home, action) = match due {
            Due::Queue(id) => {
                let action = sweep_queue(&app, &id).await;
                (OutboxHome::Conversation(id), action)
            }
            Due::Job(job) => {
                let action = sweep_job(&app, &job).await;
                (job.home, action)
            }
        };
        match action {
            Ok(SweepAction::Requeued) => requeued += 1,
            Ok(SweepAction::MarkedUnknown) => unknown += 1,
            Ok(SweepAction::None) => {}
            // An error in one conversation does not stop the others.
            Err(error) => {
                failed += 1;
                let cause = error.cause_chain();
                tracing::error!(outbox_entry.home = %home, error = cause, "Sweep failed");
            }
        }
    }
    if requeued + unknown > 0 {
        tracing::info!(requeued, unknown, "Sweep finished");
    }
    Ok(json!({ "requeued": requeued, "unknown": unknown, "failed": failed }))
}

/// A queue or a job that is due.
enum Due {
    Queue(ConversationId),
    Job(DueEntry),
}

#[derive(PartialEq, Eq)]
enum SweepAction {
    Requeued,
    MarkedUnknown,
    None,
}

/// Requeues the head of a conversation queue or marks it unknown.
///
/// The head is the oldest entry that is not unknown.
async fn sweep_queue(app: &App, conversation_id: &ConversationId) -> Result<SweepAction> {
    let mut action = SweepAction::None;
    loop {
        let queue = app.store.list_queue(conversation_id).await?;
        let Some(head) = queue.iter().find(|entry| entry.state != OutboxState::Unknown) else {
            return Ok(action);
        };
        match head.state {
            // A *once* entry is not repeated. A look-up job finds its result, and the next entry becomes the head.
            OutboxState::Claimed
                if !head.is_leased(app.clock.now()) && !head.kind.plan().repeatable =>
            {
                if app.store.mark_unknown(head).await? {
                    action = SweepAction::MarkedUnknown;
                }
            }
            // After an entry is marked unknown, the next one is requeued before it is due.
            _ if is_due(app, head)
                || (action == SweepAction::MarkedUnknown && head.state == OutboxState::Ready) =>
            {
                let requeued = app.store.requeue(head).await?.is_some();
                return Ok(if requeued { SweepAction::Requeued } else { action });
            }
            _ => return Ok(action),
        }
    }
}

async fn sweep_job(app: &App, entry: &DueEntry) -> Result<SweepAction> {
    let job = app.store.get_job(&entry.home, entry.id).await?;
    let Some(job) = job.filter(|job| is_due(app, job)) else { return Ok(SweepAction::None) };
    let requeued = app.store.requeue(&job).await?.is_some();
    Ok(if requeued { SweepAction::Requeued } else { SweepAction::None })
}

/// Returns whether an entry must be requeued: it is due, or it is repeatable and its lease has expired.
///
/// A ready entry that is due has lost its stream record.
fn is_due(app: &App, entry: &OutboxEntry) -> bool {
    let now = app.clock.now();
    match entry.state {
        OutboxState::Ready | OutboxState::Deferred => entry.due_at <= now,
        OutboxState::Claimed => entry.kind.plan().repeatable && !entry.is_leased(now),
        OutboxState::Unknown => false,
    }
}
