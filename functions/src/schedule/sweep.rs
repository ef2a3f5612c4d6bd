//! `sweep`, each minute: what is due is woken, what is stuck becomes unknown. It touches the table only.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::intent::{Intent, IntentState};
use shared::lambda::{Context, Setup};
use shared::store::DueEntry;

use crate::app::{App, Build, nothing, work};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    work(setup, &[], nothing, handle)
}

async fn handle(app: Arc<App>, _: Arc<()>, _event: Value, _context: Context) -> Result<Value> {
    let mut lanes: BTreeSet<ConversationId> = BTreeSet::new();
    let mut jobs: Vec<DueEntry> = Vec::new();
    let mut position = None;
    loop {
        let (entries, next) = app.store.due(position).await?;
        for entry in entries {
            if entry.in_lane {
                lanes.insert(entry.conversation);
            } else {
                jobs.push(entry);
            }
        }
        position = next;
        if position.is_none() {
            break;
        }
    }
    let (mut woken, mut unknown, mut failed) = (0_u32, 0_u32, 0_u32);
    let lanes = lanes.iter().map(|conversation| (conversation, None));
    for (conversation, job) in lanes.chain(jobs.iter().map(|job| (&job.conversation, Some(job)))) {
        let step = match job {
            None => lane_step(&app, conversation).await,
            Some(job) => job_step(&app, job).await,
        };
        match step {
            Ok(Step::Woken) => woken += 1,
            Ok(Step::Unknown) => unknown += 1,
            Ok(Step::Nothing) => {}
            // One that cannot be read or written keeps nobody else waiting.
            Err(error) => {
                failed += 1;
                let cause = error.causes();
                tracing::error!(conversation.id = %conversation, cause, "A lane could not be swept");
            }
        }
    }
    if woken + unknown > 0 {
        tracing::info!(woken, unknown, "Swept");
    }
    Ok(json!({ "woken": woken, "unknown": unknown, "failed": failed }))
}

#[derive(PartialEq, Eq)]
enum Step {
    Woken,
    Unknown,
    Nothing,
}

/// Acts on the head of a lane: the oldest that is not unknown.
async fn lane_step(app: &App, conversation: &ConversationId) -> Result<Step> {
    let mut step = Step::Nothing;
    loop {
        let lane = app.store.lane(conversation).await?;
        let Some(head) = lane.iter().find(|intent| intent.state != IntentState::Unknown) else {
            return Ok(step);
        };
        match head.state {
            // Its lease is over and it must not be repeated: a look-up finds out, and the next is the head.
            IntentState::Claimed if !head.alive(app.clock.now()) && !head.kind.repeatable() => {
                if app.store.give_to_lookup(head).await? {
                    step = Step::Unknown;
                }
            }
            // After one that was given to a look-up the next need not wait until it is due.
            _ if wants_waking(app, head)
                || (step == Step::Unknown && head.state == IntentState::Ready) =>
            {
                let woken = app.store.wake(head).await?.is_some();
                return Ok(if woken { Step::Woken } else { step });
            }
            _ => return Ok(step),
        }
    }
}

async fn job_step(app: &App, entry: &DueEntry) -> Result<Step> {
    let job = app.store.job(&entry.conversation, entry.id).await?;
    let Some(job) = job.filter(|job| wants_waking(app, job)) else { return Ok(Step::Nothing) };
    let woken = app.store.wake(&job).await?.is_some();
    Ok(if woken { Step::Woken } else { Step::Nothing })
}

/// Ready and due (its record was lost), put off until now, or repeatable with its lease over.
fn wants_waking(app: &App, intent: &Intent) -> bool {
    let now = app.clock.now();
    match intent.state {
        IntentState::Ready | IntentState::Later => intent.due_at <= now,
        IntentState::Claimed => intent.kind.repeatable() && !intent.alive(now),
        IntentState::Unknown => false,
    }
}
