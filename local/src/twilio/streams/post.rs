//! Posts events to their sinks: signed, one or a batch at a time, again for four hours where the sink is at fault. A sink has
//! one round under way, so that neither another sink nor a webhook ever waits for it.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use futures_util::future::try_join_all;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use shared::ids::{Ids, RandomIds};
use url::Url;

use crate::twilio::courier;
use crate::twilio::exchange::Exchange;
use crate::twilio::hands::{self, Hands};
use crate::twilio::observed::EventsSeen;
use crate::twilio::signature;
use crate::twilio::store::events::{self, Pending};
use crate::twilio::store::streams::Sink;
use crate::twilio::webhook::End;

/// How long Twilio waits for a sink.
const PATIENCE: Duration = Duration::from_secs(5);
/// Events in a batch. How many Twilio takes is not documented.
const LARGEST_BATCH: usize = 100;
/// Requests with one event each, under way at a time.
const AT_ONCE: usize = 8;

/// Posts until the simulator stops. What is cut off then stays in the store and is posted after the next start.
pub(in crate::twilio) async fn run(exchange: Arc<Exchange>, client: reqwest::Client) {
    hands::work(&exchange, &exchange.stream_bell, |hands| take_up(&exchange, &client, hands)).await;
}

/// Starts a round for every sink with something due and none under way; says how long until the next is due.
fn take_up(
    exchange: &Arc<Exchange>,
    client: &reqwest::Client,
    hands: &mut Hands<String>,
) -> rusqlite::Result<Duration> {
    let now = exchange.now();
    for sink in exchange.store.with(|db| events::sinks_due(db, now))? {
        if !hands.hold(&sink.sid) {
            hands.take(sink.sid.clone(), round(Arc::clone(exchange), client.clone(), sink));
        }
    }
    let next = exchange.store.with(|db| events::next_due(db, now))?;
    Ok(hands::wait(now, next))
}

/// One batch, or a few single events side by side.
async fn round(exchange: Arc<Exchange>, client: reqwest::Client, sink: Sink) {
    let result = if sink.configuration.batch_events {
        batch(&exchange, &client, &sink).await
    } else {
        singles(&exchange, &client, &sink).await
    };
    if let Err(problem) = result {
        tracing::error!(%problem, sink.sid, "The simulator could not record what it posted");
    }
    exchange.changed();
}

/// What failed together is tried together; what has not failed yet does not wait for it.
async fn batch(exchange: &Exchange, client: &reqwest::Client, sink: &Sink) -> rusqlite::Result<()> {
    let mut due = due(exchange, sink, LARGEST_BATCH)?;
    let Some(attempts) = due.first().map(|event| event.attempts) else { return Ok(()) };
    due.retain(|event| event.attempts == attempts);
    let texts: Vec<&str> = due.iter().map(|event| event.event.as_str()).collect();
    let body = format!("[{}]", texts.join(","));
    let end = post(exchange, client, sink, body).await;
    record(exchange, sink, &due, end)
}

async fn singles(
    exchange: &Exchange,
    client: &reqwest::Client,
    sink: &Sink,
) -> rusqlite::Result<()> {
    let due = due(exchange, sink, AT_ONCE)?;
    let each = due.iter().map(async |event| {
        let end = post(exchange, client, sink, event.event.clone()).await;
        record(exchange, sink, std::slice::from_ref(event), end)
    });
    try_join_all(each).await.map(|_| ())
}

fn due(exchange: &Exchange, sink: &Sink, limit: usize) -> rusqlite::Result<Vec<Pending>> {
    let now = exchange.now();
    exchange.store.with(|db| events::due(db, &sink.sid, now, limit))
}

async fn post(exchange: &Exchange, client: &reqwest::Client, sink: &Sink, body: String) -> End {
    // It was read once before, when the sink was made.
    let Ok(mut url) = Url::parse(&sink.configuration.destination) else { return End::NoConnection };
    url.set_fragment(None);
    let hash = HEXLOWER.encode(digest(&SHA256, body.as_bytes()).as_ref());
    url.query_pairs_mut().append_pair("bodySHA256", &hash);
    let signed = signature::sign(&exchange.auth_token, url.as_str(), &[]);
    // A name and a password in the address become its Authorization header.
    let call = client
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "TwilioProxy/1.1")
        .header("X-Twilio-Signature", signed)
        .body(body);
    courier::send(exchange, call, PATIENCE).await
}

/// Strikes off what the sink took or refused (4xx); plans another try where it was at fault.
fn record(exchange: &Exchange, sink: &Sink, events: &[Pending], end: End) -> rusqlite::Result<()> {
    let status = end.status();
    let taken = matches!(status, Some(200..=299));
    let again = !matches!(status, Some(200..=428 | 430..=499));
    exchange.store.transaction(|db| {
        for event in events {
            let next = exchange.after(pause(event.attempts));
            if again && next < event.ends_at {
                events::put_off(db, event.id, next)?;
                continue;
            }
            if !taken {
                tracing::warn!(sink.sid, status, event.kind, "An event is given up");
            }
            events::done(db, event.id)?;
        }
        Ok(())
    })?;
    exchange.observed.event(EventsSeen {
        sink: sink.sid.clone(),
        types: events.iter().map(|event| event.kind.clone()).collect(),
        attempts: events.first().map_or(0, |event| event.attempts),
        status,
    });
    Ok(())
}

/// From a failed try to the next: doubled each time, ten minutes at most, and up to half of it more by chance.
fn pause(attempts: u32) -> Duration {
    let pause = Duration::from_secs(1 << attempts.min(10)).min(Duration::from_mins(10));
    let chance = u32::from(RandomIds.random().to_be_bytes()[0]);
    pause + pause * chance / 512
}
