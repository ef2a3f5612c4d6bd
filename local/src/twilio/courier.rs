//! Posts webhooks: signed, within Twilio's times, with Twilio's retries.
//!
//! In one point it is kinder than Twilio, which calls a fallback address and then gives up: while nobody listens, it
//! keeps trying. On a laptop desk and network are one process, and a text typed just before a restart must arrive.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};

use super::exchange::Exchange;
use super::message::Answer;
use super::observed::WebhookSeen;
use super::phones::News;
use super::signature;
use super::store::messages;
use super::store::work::{self, Job, Post, Task};
use super::webhook::{End, Overrides};

/// The client of every webhook.
pub(super) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .build()
}

/// Posts the webhook of `task` and records how that ended: done, or to be tried again.
pub(super) async fn deliver(
    exchange: &Exchange,
    client: &reqwest::Client,
    task: &Task,
    post: Post,
) -> rusqlite::Result<()> {
    let attempts =
        join_all((0..post.copies.max(1)).map(|_| attempt(exchange, client, task, &post)));
    let ends = attempts.await;
    let best = ends.iter().find(|(end, _)| matches!(end, End::Answered(200..300))).or(ends.first());
    let Some((end, millis)) = best.copied() else { return Ok(()) };

    let overrides = Overrides::of(&post.url);
    let again = overrides.retries(end) && post.attempts < overrides.retries;
    if again || end == End::NoConnection {
        let wait = Duration::from_millis(100 << post.attempts.min(5));
        let inbound = post.inbound;
        let later = Job::Post(Post { attempts: post.attempts + 1, copies: 1, ..post });
        exchange.store.transaction(|db| {
            work::plan(db, &task.sid, exchange.after(wait), &later)?;
            work::done(db, task.id)
        })?;
        tracing::debug!(
            message.sid = task.sid,
            inbound,
            "Webhook did not get through, later again"
        );
        return Ok(());
    }
    let message = exchange.store.transaction(|db| {
        work::done(db, task.id)?;
        let Some(mut message) = messages::find(db, &task.sid)?.filter(|_| post.inbound) else {
            return Ok(None);
        };
        message.answer = Some(Answer { status: end.status(), millis });
        messages::update(db, &message)?;
        Ok(Some(message))
    })?;
    if let Some(message) = message {
        exchange.tell(News::message(&message));
    }
    Ok(())
}

async fn attempt(
    exchange: &Exchange,
    client: &reqwest::Client,
    task: &Task,
    post: &Post,
) -> (End, f64) {
    let url = signature::without_fragment(&post.url);
    let body: String =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&post.form).finish();
    let call = client
        .post(url)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
        .header(USER_AGENT, "TwilioProxy/1.1")
        .header(ACCEPT, "*/*")
        .header("X-Twilio-Signature", signature::sign(&exchange.auth_token, url, &post.form))
        .header("I-Twilio-Idempotency-Token", format!("{}-{}", task.sid, field(post, "SmsStatus")))
        .body(body);
    let overrides = Overrides::of(&post.url);
    let started = Instant::now();
    let end = send(exchange, call, overrides.connect + overrides.read).await;
    let millis = started.elapsed().as_secs_f64() * 1000.0;
    exchange.observed.webhook(WebhookSeen {
        sid: task.sid.clone(),
        message_status: field(post, "SmsStatus").to_owned(),
        url: url.to_owned(),
        status: end.status(),
        millis,
    });
    (end, millis)
}

/// Makes the call, and waits for its answer for so long.
pub(super) async fn send(exchange: &Exchange, call: RequestBuilder, patience: Duration) -> End {
    tokio::select! {
        answer = call.send() => match answer {
            Ok(answer) => {
                let status = answer.status().as_u16();
                // Read to its end, so that the connection can be used again.
                let _ = answer.bytes().await;
                End::Answered(status)
            }
            Err(_) => End::NoConnection,
        },
        () = exchange.clock.sleep(patience) => End::NoAnswer,
    }
}

fn field<'a>(post: &'a Post, name: &str) -> &'a str {
    post.form.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
}
