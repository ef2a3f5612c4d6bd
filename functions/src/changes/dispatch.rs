//! `dispatch`: does at Twilio what intents say, lane by lane, the oldest first, whichever record woke it. The only
//! function that changes anything at Twilio. What fails there is settled in the table and never fails the batch;
//! only the table failing does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::Value;
use shared::config::Parameter;
use shared::conversation::ConversationId;
use shared::error::Result;
use shared::intent::{Intent, IntentKind, IntentState};
use shared::lambda::stream::{StreamEvent, failed};
use shared::lambda::{Context, Setup};
use shared::store::decode_image;

use super::announced;
use super::handing;
use super::lookup;
use super::redaction;
use super::sending::{self, Line};
use crate::app::{App, Build, work};

/// How many conversations run side by side.
const AT_ONCE: usize = 8;

/// A run claims nothing more this long before its end.
const LAST_CLAIM: Duration = Duration::from_secs(20);

const PARAMETERS: &[Parameter] = &[Parameter::Twilio, Parameter::Urls, Parameter::Senders];

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    work(setup, PARAMETERS, Line::open, handle)
}

/// What one conversation's records of a batch ask for.
#[derive(Default)]
struct Woken {
    lane: bool,
    jobs: Vec<Intent>,
    records: Vec<String>,
}

async fn handle(app: Arc<App>, twilio: Arc<Line>, event: Value, context: Context) -> Result<Value> {
    let until = context.deadline.checked_sub(LAST_CLAIM).unwrap_or(context.deadline);
    let mut unreadable = Vec::new();
    let mut woken: BTreeMap<ConversationId, Woken> = BTreeMap::new();
    for record in StreamEvent::read(event)?.records {
        let number = record.dynamodb.sequence_number;
        let Some(image) = record.dynamodb.new_image else { continue };
        let intent: Intent = match decode_image(&image) {
            Ok(intent) => intent,
            Err(error) => {
                let cause = error.causes();
                tracing::error!(record.sequence_number = number, cause, "An intent cannot be read");
                unreadable.push(number);
                continue;
            }
        };
        let entry = woken.entry(intent.conversation.clone()).or_default();
        entry.records.push(number);
        match intent.kind {
            IntentKind::SendMessage => entry.lane = true,
            IntentKind::FindMessage
            | IntentKind::FindMedia
            | IntentKind::FetchMedia
            | IntentKind::EraseConversation
            | IntentKind::RedactMessage => entry.jobs.push(intent),
        }
    }
    let runs = futures_util::stream::iter(woken).map(|(conversation, woken)| {
        let (app, twilio) = (&app, &twilio);
        async move {
            let outcome = conversation_run(app, twilio, &conversation, &woken, until).await;
            outcome.map_err(|error| {
                let cause = error.causes();
                tracing::error!(conversation.id = %conversation, cause, "A lane could not be run");
                woken.records
            })
        }
    });
    let outcomes: Vec<_> = runs.buffer_unordered(AT_ONCE).collect().await;
    unreadable.extend(outcomes.into_iter().filter_map(std::result::Result::err).flatten());
    Ok(failed(&unreadable))
}

async fn conversation_run(
    app: &App,
    twilio: &Line,
    conversation: &ConversationId,
    woken: &Woken,
    until: Timestamp,
) -> Result<()> {
    for job in &woken.jobs {
        if app.clock.now() < until {
            job_run(app, twilio, job).await?;
        } else {
            // A record for the next run.
            app.store.wake(job).await?;
        }
    }
    if woken.lane { lane_run(app, twilio, conversation, until).await } else { Ok(()) }
}

/// Claims a job beside the lane, if it is still to be done, and does what it says or hands it to who does.
async fn job_run(app: &App, twilio: &Line, woken: &Intent) -> Result<()> {
    let Some(job) = app.store.intent(woken).await? else { return Ok(()) };
    let over = job.state == IntentState::Claimed && !job.alive(app.clock.now());
    if job.state != IntentState::Ready && !over {
        return Ok(());
    }
    let Some(job) = app.store.claim(&job).await? else { return Ok(()) };
    match job.kind {
        IntentKind::FindMessage => lookup::run(app, twilio, &job).await,
        IntentKind::FindMedia => announced::run(app, twilio, &job).await,
        IntentKind::RedactMessage => redaction::run(app, twilio, &job).await,
        IntentKind::FetchMedia | IntentKind::EraseConversation => {
            handing::run(app, &twilio.hands, &job).await
        }
        IntentKind::SendMessage => {
            let (id, kind) = (job.id, job.kind);
            tracing::error!(intent.id = %id, ?kind, "Nobody does a job of this kind");
            Ok(())
        }
    }
}

/// Runs a lane until a read of it shows nothing to do.
async fn lane_run(
    app: &App,
    twilio: &Line,
    conversation: &ConversationId,
    until: Timestamp,
) -> Result<()> {
    loop {
        let lane = app.store.lane(conversation).await?;
        // Unknown ones let the lane go on.
        let Some(head) = lane.iter().find(|intent| intent.state != IntentState::Unknown) else {
            return Ok(());
        };
        let now = app.clock.now();
        let claimable = match head.state {
            IntentState::Ready => true,
            IntentState::Claimed if head.alive(now) => false,
            IntentState::Claimed => {
                expire(app, head).await?;
                continue;
            }
            IntentState::Later | IntentState::Unknown => false,
        };
        if !claimable {
            return Ok(());
        }
        if now >= until {
            // A record for the next run.
            app.store.wake(head).await?;
            return Ok(());
        }
        // A lost claim: read again, somebody else is at it.
        if let Some(claimed) = app.store.claim(head).await? {
            sending::send(app, twilio, &claimed).await?;
        }
    }
}

/// A once-intent whose lease is over: a SID at the message settles it, otherwise nobody knows.
async fn expire(app: &App, intent: &Intent) -> Result<()> {
    if lookup::settled_by_callback(app, intent, None).await? {
        return Ok(());
    }
    app.store.give_to_lookup(intent).await.map(|_| ())
}
