//! Posts events to their sinks, signed, one or a batch at a time, with retries for four hours.
//!
//! A sink has one round at a time, so that it delays neither another sink nor a webhook.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use futures_util::future::try_join_all;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use shared::ids::Ids;
use url::Url;

use crate::observed::ObservedEventPost;
use crate::signature;
use crate::state::SimulatorState;
use crate::store::events::{self, PendingEvent};
use crate::store::streams::Sink;
use crate::task_pool::{self, TaskPool};
use crate::webhook::WebhookOutcome;
use crate::webhook_sender;

/// How long Twilio waits for a sink.
const SINK_TIMEOUT: Duration = Duration::from_secs(5);
/// The maximum number of events in a batch.
///
/// Twilio's number is not documented.
const MAX_BATCH_EVENTS: usize = 100;
/// The number of concurrent requests with one event each.
const CONCURRENCY: usize = 8;

/// Runs until the simulator stops.
///
/// Aborted posts stay in the store and are sent after the next start.
pub(crate) async fn run(state: Arc<SimulatorState>, client: reqwest::Client) {
    task_pool::run_pool(&state, &state.stream_work_ready, |pool| {
        start_due_rounds(&state, &client, pool)
    })
    .await;
}

/// Starts a round for every sink that has due events and no running round.
///
/// Returns the time until the next event is due.
fn start_due_rounds(
    state: &Arc<SimulatorState>,
    client: &reqwest::Client,
    pool: &mut TaskPool<String>,
) -> rusqlite::Result<Duration> {
    let now = state.now();
    for sink in state.store.with(|db| events::list_due_sinks(db, now))? {
        if !pool.contains(&sink.sid) {
            pool.spawn(sink.sid.clone(), post_round(Arc::clone(state), client.clone(), sink));
        }
    }
    let next = state.store.with(|db| events::next_due(db, now))?;
    Ok(task_pool::delay_until(now, next))
}

/// Posts one batch, or several single events concurrently.
async fn post_round(state: Arc<SimulatorState>, client: reqwest::Client, sink: Sink) {
    let result = if sink.configuration.batch_events {
        post_batch(&state, &client, &sink).await
    } else {
        post_singles(&state, &client, &sink).await
    };
    if let Err(error) = result {
        tracing::error!(%error, sink.sid, "Event post result not stored");
    }
    state.work_changed();
}

/// Posts the due events with the same number of attempts as the oldest one.
///
/// Events that failed together are retried together. Others do not wait for them.
async fn post_batch(
    state: &SimulatorState,
    client: &reqwest::Client,
    sink: &Sink,
) -> rusqlite::Result<()> {
    let mut events = list_due(state, sink, MAX_BATCH_EVENTS)?;
    let Some(attempts) = events.first().map(|event| event.attempts) else { return Ok(()) };
    events.retain(|event| event.attempts == attempts);
    let texts: Vec<&str> = events.iter().map(|event| event.event.as_str()).collect();
    let body = format!("[{}]", texts.join(","));
    let outcome = post(state, client, sink, body).await;
    record(state, sink, &events, outcome)
}

async fn post_singles(
    state: &SimulatorState,
    client: &reqwest::Client,
    sink: &Sink,
) -> rusqlite::Result<()> {
    let events = list_due(state, sink, CONCURRENCY)?;
    let posts = events.iter().map(async |event| {
        let outcome = post(state, client, sink, event.event.clone()).await;
        record(state, sink, std::slice::from_ref(event), outcome)
    });
    try_join_all(posts).await.map(|_| ())
}

fn list_due(
    state: &SimulatorState,
    sink: &Sink,
    limit: usize,
) -> rusqlite::Result<Vec<PendingEvent>> {
    let now = state.now();
    state.store.with(|db| events::list_due(db, &sink.sid, now, limit))
}

async fn post(
    state: &SimulatorState,
    client: &reqwest::Client,
    sink: &Sink,
    body: String,
) -> WebhookOutcome {
    // It was parsed before, when the sink was created.
    let Ok(mut url) = Url::parse(&sink.configuration.destination) else {
        return WebhookOutcome::NoConnection;
    };
    url.set_fragment(None);
    let hash = HEXLOWER.encode(digest(&SHA256, body.as_bytes()).as_ref());
    url.query_pairs_mut().append_pair("bodySHA256", &hash);
    let signature = signature::sign(&state.auth_token, url.as_str(), &[]);
    // A user name and a password in the URL become the Authorization header.
    let call = client
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "TwilioProxy/1.1")
        .header("X-Twilio-Signature", signature)
        .body(body);
    webhook_sender::send(state, call, SINK_TIMEOUT).await
}

/// Deletes events that the sink accepted or rejected (4xx), and schedules a retry of the others.
fn record(
    state: &SimulatorState,
    sink: &Sink,
    events: &[PendingEvent],
    outcome: WebhookOutcome,
) -> rusqlite::Result<()> {
    let status = outcome.status();
    let accepted = matches!(status, Some(200..=299));
    let should_retry = !matches!(status, Some(200..=428 | 430..=499));
    state.store.transaction(|db| {
        for event in events {
            let next = state.after(retry_delay(event.attempts, &*state.ids));
            if should_retry && next < event.ends_at {
                events::defer(db, event.id, next)?;
                continue;
            }
            if !accepted {
                tracing::warn!(sink.sid, status, event.kind, "Event abandoned");
            }
            events::complete(db, event.id)?;
        }
        Ok(())
    })?;
    state.observed.record_event_post(ObservedEventPost {
        sink: sink.sid.clone(),
        types: events.iter().map(|event| event.kind.clone()).collect(),
        attempts: events.first().map_or(0, |event| event.attempts),
        status,
    });
    Ok(())
}

/// Returns the delay before the next attempt: doubled each time, at most ten minutes, plus jitter.
///
/// The jitter is at most half of the delay.
fn retry_delay(attempts: u32, ids: &dyn Ids) -> Duration {
    let delay = Duration::from_secs(1 << attempts.min(10)).min(Duration::from_mins(10));
    let jitter = u32::from(ids.random().to_be_bytes()[0]);
    delay + delay * jitter / 512
}
