//! Consent: keywords, the ledger, and what it means for sending.

use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::person::{id, key};
use crate::desk::{Desk, Person, Webhook, customer};

async fn written(desk: &Desk, anna: &Person<'_>, number: &str, texts: &[&str]) -> String {
    for body in texts {
        desk.text(number, body).await;
    }
    anna.conversation_with(number).await
}

fn codes(problem: &Value) -> Vec<&str> {
    problem["reasons"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

async fn ledger(anna: &Person<'_>, thread: &str) -> Vec<Value> {
    let answer = anna.get(&format!("/api/conversations/{thread}/consent")).await.is(200);
    answer["entries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_stop_is_kept_with_its_evidence_and_nothing_goes_until_a_start() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let thread = written(&desk, &anna, &number, &["Hi", " stop "]).await;
    let seen = anna.conversation(&thread).await;
    assert_eq!(
        (&seen["consent"]["state"], &seen["consent"]["source"]),
        (&"opted_out".into(), &"keyword".into())
    );
    let refusal = anna.try_send(&thread, "One more thing", &key()).await.refused(422);
    assert_eq!((codes(&refusal), &refusal["code"]), (vec!["opted_out"], &"may_not_send".into()));
    assert_eq!(
        refusal["detail"],
        "The contact asked not to be written to. They can write START to hear from you again."
    );
    desk.settle().await;
    // No confirmation of ours either: Twilio has sent its own.
    assert_eq!(desk.twilio().creates().len(), 0);
    desk.text(&number, "START").await;
    anna.try_send(&thread, "Welcome back", &key()).await.is(202);
    let entries = ledger(&anna, &thread).await;
    let told: Vec<_> = entries.iter().map(|one| (&one["state"], &one["wording"])).collect();
    assert_eq!(
        told,
        [(&json!("opted_in"), &json!("START")), (&json!("opted_out"), &json!(" stop "))]
    );
    assert!(entries.iter().all(|one| one["sid"].as_str().unwrap().starts_with("SM")));
    let marks: Vec<Value> = anna
        .messages(&thread)
        .await
        .iter()
        .map(|one| one["particulars"]["opt_out"].clone())
        .collect();
    assert_eq!(marks, [json!(null), json!("stop"), json!("start"), json!(null)]);
    desk.close().await;
}

#[tokio::test]
async fn a_keyword_among_other_words_or_a_yes_to_a_question_says_nothing_of_consent() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let thread = written(&desk, &anna, &number, &["Stop please", "Yes", "HELP"]).await;
    assert_eq!(anna.conversation(&thread).await["consent"], json!(null));
    assert_eq!(ledger(&anna, &thread).await.len(), 0);
    desk.text(&number, "QUIT").await;
    anna.try_send(&thread, "Hi", &key()).await.refused(422);
    // After a stop the same yes is a start.
    desk.text(&number, "yes").await;
    anna.try_send(&thread, "Hi", &key()).await.is(202);
    desk.close().await;
}

#[tokio::test]
async fn the_same_click_is_answered_as_before_though_the_contact_has_stopped_since() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let thread = written(&desk, &anna, &number, &["Hi"]).await;
    let key = key();
    let first = anna.try_send(&thread, "Hello", &key).await.is(202);
    desk.text(&number, "STOP").await;
    let again = anna.try_send(&thread, "Hello", &key).await.is(202);
    assert_eq!(again["message_id"], first["message_id"]);
    desk.close().await;
}

#[tokio::test]
async fn what_twilio_refuses_with_21610_is_learnt() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    // One of Twilio's magic numbers: it has opted out.
    let thread = id(&anna.start("+15005550004").await).to_owned();
    anna.send(&thread, "Hi").await;
    desk.settle().await;
    let seen = anna.conversation(&thread).await;
    assert_eq!(
        (&seen["consent"]["state"], &seen["consent"]["source"]),
        (&"opted_out".into(), &"twilio".into())
    );
    let told = json!({ "key": "consent.refused_at_twilio", "values": { "code": 21610 } });
    assert_eq!(ledger(&anna, &thread).await[0]["sentence"], told);
    anna.try_send(&thread, "Hi again", &key()).await.refused(422);
    assert_eq!(desk.twilio().creates().len(), 1);
    desk.close().await;
}

/// A message of ours that Twilio took, in a conversation with somebody who has written.
async fn sent(desk: &Desk, anna: &Person<'_>, number: &str) -> Value {
    let thread = written(desk, anna, number, &["Hi"]).await;
    anna.send(&thread, "Hello").await;
    desk.settle().await;
    anna.messages(&thread).await[1].clone()
}

/// An event that says that a message failed, with this code.
fn failed(desk: &Desk, message: &Value, code: u32) -> Value {
    json!({
        "type": "com.twilio.messaging.message.failed",
        "data": {
            "messageSid": message["sid"], "messageStatus": "FAILED", "errorCode": code,
            "accountSid": desk.system().settings().account_sid,
        },
    })
}

#[tokio::test]
async fn a_21610_that_an_event_reports_withdraws_consent_once_and_a_start_given_since_stands() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let message = sent(&desk, &anna, &number).await;
    let thread = message["conversation_id"].as_str().unwrap();
    let event = failed(&desk, &message, 21610);
    for _ in 0..2 {
        Webhook::events(&desk, &event).send().await.is(204);
        let consent = anna.conversation(thread).await["consent"].clone();
        assert_eq!(
            (&consent["state"], &consent["source"]),
            (&"opted_out".into(), &"twilio".into())
        );
        assert_eq!(ledger(&anna, thread).await.len(), 1);
    }
    anna.try_send(thread, "Hi again", &key()).await.refused(422);
    desk.text(&number, "START").await;
    Webhook::events(&desk, &event).send().await.is(204);
    assert_eq!(anna.conversation(thread).await["consent"]["state"], "opted_in");
    anna.try_send(thread, "Welcome back", &key()).await.is(202);
    desk.close().await;
}

#[tokio::test]
async fn an_admin_records_what_was_said_elsewhere_with_the_evidence() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let thread = written(&desk, &anna, &number, &["STOP"]).await;
    let path = format!("/api/conversations/{thread}/consent");
    let said = json!({ "state": "opted_in", "evidence": " Signed the form of 3 November " });
    let now = anna.post(&path, said).await.is(200);
    assert_eq!(
        (&now["consent"]["state"], &now["consent"]["source"]),
        (&"opted_in".into(), &"admin".into())
    );
    let newest = ledger(&anna, &thread).await[0].clone();
    assert_eq!(
        (&newest["wording"], &newest["recorded_by"]),
        (&"Signed the form of 3 November".into(), &"admin".into())
    );
    anna.try_send(&thread, "Hello", &key()).await.is(202);
    desk.close().await;
}

#[tokio::test]
async fn what_cannot_be_recorded_is_refused_with_the_reason() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let berta = desk.agent(&anna, "berta").await;
    let thread = written(&desk, &anna, &customer(), &["Hi"]).await;
    let path = format!("/api/conversations/{thread}/consent");
    let good = json!({ "state": "opted_out", "evidence": "By phone" });
    assert_eq!(berta.post(&path, good.clone()).await.says(403), "Only an admin may do this.");
    let none = anna.post(&path, json!({ "state": "opted_out", "evidence": "  " })).await.says(422);
    assert_eq!(none, "Say where and how the contact said so: it is the evidence.");
    let long = json!({ "state": "opted_in", "evidence": "x".repeat(1_001) });
    anna.post(&path, long).await.refused(422);
    for odd in [
        json!({ "state": "maybe", "evidence": "By phone" }),
        json!({ "state": "opted_in" }),
        json!({ "state": "opted_in", "evidence": "By phone", "at": "yesterday" }),
    ] {
        anna.post(&path, odd).await.refused(400);
    }
    let elsewhere = format!("/api/conversations/{}/consent", "a".repeat(26));
    anna.post(&elsewhere, good).await.refused(404);
    anna.get(&elsewhere).await.refused(404);
    assert_eq!(ledger(&anna, &thread).await.len(), 0);
    desk.call(Method::GET, &path).send().await.refused(401);
    desk.close().await;
}
