//! Posts signed webhooks with Twilio's timeouts and retries.
//!
//! Unlike Twilio, which calls a fallback URL once and then gives up, it retries as long as the connection is refused:
//! on a laptop, Partyline and the simulator are one process, and a message sent just before a restart must arrive.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};

use super::message::WebhookResult;
use super::observed::ObservedWebhook;
use super::phone_event::PhoneEvent;
use super::signature;
use super::state::SimulatorState;
use super::store::messages;
use super::store::work::{self, Post, Task, TaskKind};
use super::webhook::{Overrides, WebhookOutcome};

/// Returns the HTTP client of all webhooks.
pub(super) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .build()
}

/// Posts the webhook of `task`.
///
/// Stores its result, or schedules a retry.
pub(super) async fn deliver(
    state: &SimulatorState,
    client: &reqwest::Client,
    task: &Task,
    post: Post,
) -> rusqlite::Result<()> {
    let attempts = join_all((0..post.copies.max(1)).map(|_| attempt(state, client, task, &post)));
    let outcomes = attempts.await;
    let best_outcome = outcomes
        .iter()
        .find(|(outcome, _)| matches!(outcome, WebhookOutcome::Responded(200..300)))
        .or(outcomes.first());
    let Some((outcome, millis)) = best_outcome.copied() else { return Ok(()) };

    let overrides = Overrides::from_url(&post.url);
    let should_retry = overrides.should_retry(outcome) && post.attempts < overrides.retries;
    if should_retry || outcome == WebhookOutcome::NoConnection {
        let wait = Duration::from_millis(100 << post.attempts.min(5));
        let inbound = post.inbound;
        let retry = TaskKind::PostWebhook(Post { attempts: post.attempts + 1, copies: 1, ..post });
        state.store.transaction(|db| {
            work::schedule(db, &task.sid, state.after(wait), &retry)?;
            work::complete(db, task.id)
        })?;
        tracing::debug!(message.sid = task.sid, inbound, "Webhook failed; retry scheduled");
        return Ok(());
    }
    let message = state.store.transaction(|db| {
        work::complete(db, task.id)?;
        let Some(mut message) = messages::find(db, &task.sid)?.filter(|_| post.inbound) else {
            return Ok(None);
        };
        message.webhook_result = Some(WebhookResult { status: outcome.status(), millis });
        messages::update(db, &message)?;
        Ok(Some(message))
    })?;
    if let Some(message) = message {
        state.publish(PhoneEvent::message(&message));
    }
    Ok(())
}

async fn attempt(
    state: &SimulatorState,
    client: &reqwest::Client,
    task: &Task,
    post: &Post,
) -> (WebhookOutcome, f64) {
    let url = signature::without_fragment(&post.url);
    let body: String =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&post.form).finish();
    let call = client
        .post(url)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
        .header(USER_AGENT, "TwilioProxy/1.1")
        .header(ACCEPT, "*/*")
        .header("X-Twilio-Signature", signature::sign(&state.auth_token, url, &post.form))
        .header("I-Twilio-Idempotency-Token", format!("{}-{}", task.sid, field(post, "SmsStatus")))
        .body(body);
    let overrides = Overrides::from_url(&post.url);
    let started = Instant::now();
    let outcome = send(state, call, overrides.connect + overrides.read).await;
    let millis = started.elapsed().as_secs_f64() * 1000.0;
    state.observed.record_webhook(ObservedWebhook {
        sid: task.sid.clone(),
        message_status: field(post, "SmsStatus").to_owned(),
        url: url.to_owned(),
        status: outcome.status(),
        millis,
    });
    (outcome, millis)
}

/// Sends a request and waits up to `timeout` for the response.
pub(super) async fn send(
    state: &SimulatorState,
    call: RequestBuilder,
    timeout: Duration,
) -> WebhookOutcome {
    tokio::select! {
        response = call.send() => match response {
            Ok(response) => {
                let status = response.status().as_u16();
                // Read to its end, so that the connection can be reused.
                let _ = response.bytes().await;
                WebhookOutcome::Responded(status)
            }
            Err(_) => WebhookOutcome::NoConnection,
        },
        () = state.clock.sleep(timeout) => WebhookOutcome::NoResponse,
    }
}

fn field<'a>(post: &'a Post, name: &str) -> &'a str {
    post.form.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
}
