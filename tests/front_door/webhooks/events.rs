//! `POST /twilio/events`: Event Streams tell the same as the webhooks, once more or alone.

use serde_json::{Value, json};

use super::{kept, reasons, vectors};
use crate::desk::person::{bodies, id, key};
use crate::desk::webhook::{Form, sid, text, with};
use crate::desk::{Desk, OURS, Person, Webhook, customer, fresh};

fn event(kind: &str, data: Value) -> Value {
    json!({
        "specversion": "1.0",
        "type": format!("com.twilio.messaging.{kind}"),
        "id": format!("EZ{:032x}", fresh()),
        "data": data,
    })
}

fn received(desk: &Desk, sid: &str, from: &str, body: &str) -> Value {
    let account = &desk.system().settings().account_sid;
    event(
        "inbound-message.received",
        json!({
            "messageSid": sid, "accountSid": account, "from": from, "to": OURS, "body": body,
            "numMedia": 0, "numSegments": 1,
        }),
    )
}

fn status(desk: &Desk, sid: &str, status: &str) -> Value {
    let account = &desk.system().settings().account_sid;
    let kind = format!("message.{}", status.to_lowercase());
    let data = json!({ "messageSid": sid, "accountSid": account, "messageStatus": status });
    event(&kind, data)
}

async fn post(desk: &Desk, events: &Value) {
    let answer = Webhook::events(desk, events).send().await;
    assert_eq!((answer.status, &*answer.text), (204, ""));
}

#[tokio::test]
async fn every_recorded_batch_is_taken_and_its_messages_are_filed_once() {
    let recorded = vectors::recorded();
    let desk = vectors::theirs(&recorded).await;
    let anna = desk.admin().await;
    let batches = recorded["requests"].as_array().unwrap().iter();
    let batches: Vec<&str> = batches
        .filter(|request| request["kind"] == "event_streams")
        .map(|request| request["body"].as_str().unwrap())
        .collect();
    assert_eq!(batches.len(), 7);
    for _ in 0..2 {
        for batch in &batches {
            let answer = Webhook::json(&desk, "/twilio/events", batch).send().await;
            assert_eq!((answer.status, &*answer.text), (204, ""), "{batch}");
        }
    }
    let sms = anna.conversation_with("+12065551212").await;
    let mut texts = anna.messages(&sms).await;
    texts.sort_by_key(|message| message["sid"].to_string());
    let expected = [
        "pretty good. how are you?",
        "one event, no array",
        "hello 👍",
        "duplicate",
        "after an unknown one",
    ];
    assert_eq!(bodies(&texts), expected);
    let wanted = json!({ "to": "+12065551212", "channel": "whatsapp" });
    let whatsapp = anna.post("/api/conversations", wanted).await.is(200);
    assert_eq!(bodies(&anna.messages(id(&whatsapp)).await), ["hola"]);
    assert_eq!(kept(&anna).await, [Value::Null; 0], "reports on strangers' messages are ignored");
    desk.close().await;
}

#[tokio::test]
async fn a_message_that_comes_by_webhook_and_by_event_is_one_whichever_is_first() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let first = desk.text(&number, "By webhook").await;
    post(&desk, &json!([received(&desk, &first, &number, "By webhook")])).await;
    let second = sid("SM");
    post(&desk, &received(&desk, &second, &number, "By event")).await;
    Webhook::text(&desk, &second, &number, "By event").send().await.acknowledged();
    let id = anna.conversation_with(&number).await;
    assert_eq!(bodies(&anna.messages(&id).await), ["By webhook", "By event"]);
    assert_eq!(anna.conversation(&id).await["unread_count"], 2);
    desk.close().await;
}

#[tokio::test]
async fn what_an_event_does_not_tell_is_added_by_the_webhook_that_follows_once() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (number, sid) = (customer(), sid("MM"));
    post(&desk, &received(&desk, &sid, &number, "Look")).await;
    let id = anna.conversation_with(&number).await;
    let before = anna.messages(&id).await[0].clone();
    assert_eq!(before["media"], json!([]));
    let picture = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1";
    let mut form: Form = text(&desk, &sid, &number, "Look");
    for (name, value) in
        [("NumMedia", "1"), ("MediaUrl0", picture), ("MediaContentType0", "image/jpeg")]
    {
        form = with(form, name, value);
    }
    for _ in 0..2 {
        Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
    }
    let thread = anna.messages(&id).await;
    assert_eq!(thread.len(), 1);
    assert_eq!(thread[0]["media"][0]["kind"], "image");
    assert_eq!(thread[0]["message_id"], before["message_id"]);
    let conversation = anna.conversation(&id).await;
    assert_eq!(
        (&conversation["preview"]["media"], &conversation["unread_count"]),
        (&"image".into(), &1.into())
    );
    desk.close().await;
}

/// The webhook of a text with a word that only Twilio reads as a *stop*, from somebody who has a name.
fn basta(desk: &Desk, sid: &str, number: &str) -> Form {
    let form = text(desk, sid, number, "Basta");
    with(with(form, "OptOutType", "STOP"), "ProfileName", "Maria")
}

async fn ledger(anna: &Person<'_>, id: &str) -> Vec<Value> {
    let answer = anna.get(&format!("/api/conversations/{id}/consent")).await.is(200);
    answer["entries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_opt_out_and_a_name_that_the_webhook_alone_tells_count_whichever_is_first() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mut ends = Vec::new();
    for event_first in [true, false] {
        let (number, sid) = (customer(), sid("SM"));
        let form = basta(&desk, &sid, &number);
        if event_first {
            post(&desk, &received(&desk, &sid, &number, "Basta")).await;
        }
        for _ in 0..2 {
            Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
        }
        post(&desk, &received(&desk, &sid, &number, "Basta")).await;
        let id = anna.conversation_with(&number).await;
        let shown = anna.conversation(&id).await;
        anna.try_send(&id, "One more thing", &key()).await.refused(422);
        let entries = ledger(&anna, &id).await;
        assert_eq!(entries.len(), 1, "{entries:?}");
        assert_eq!((&entries[0]["wording"], &entries[0]["sid"]), (&"Basta".into(), &json!(sid)));
        let message = anna.messages(&id).await[0].clone();
        ends.push((
            shown["consent"]["state"].clone(),
            shown["consent"]["source"].clone(),
            shown["profile_name"].clone(),
            message["particulars"].clone(),
        ));
    }
    assert_eq!(ends[0], ends[1]);
    assert_eq!((&ends[0].0, &ends[0].1), (&"opted_out".into(), &"opt_out_type".into()));
    assert_eq!((&ends[0].2, &ends[0].3["opt_out"]), (&"Maria".into(), &"stop".into()));
    desk.close().await;
}

#[tokio::test]
async fn an_opt_out_that_its_webhook_tells_late_does_not_undo_the_start_that_came_since() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (number, sid) = (customer(), sid("SM"));
    post(&desk, &received(&desk, &sid, &number, "Basta")).await;
    desk.pass(std::time::Duration::from_secs(1));
    desk.text(&number, "START").await;
    let form = basta(&desk, &sid, &number);
    Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
    let id = anna.conversation_with(&number).await;
    assert_eq!(anna.conversation(&id).await["consent"]["state"], "opted_in");
    assert_eq!(ledger(&anna, &id).await.len(), 2, "what was said stands in the ledger");
    let marks: Vec<Value> = anna.messages(&id).await.iter().map(mark).collect();
    assert_eq!(marks, ["stop", "start"]);
    desk.close().await;
}

fn mark(message: &Value) -> Value {
    message["particulars"]["opt_out"].clone()
}

#[tokio::test]
async fn a_message_that_was_redacted_before_its_webhook_came_stays_empty_and_still_opts_out() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (number, sid) = (customer(), sid("SM"));
    post(&desk, &received(&desk, &sid, &number, "Basta")).await;
    let id = anna.conversation_with(&number).await;
    let message = anna.messages(&id).await[0]["message_id"].as_str().unwrap().to_owned();
    let redact = format!("/api/conversations/{id}/messages/{message}/redact");
    anna.post(&redact, json!({})).await.is(200);
    let form = with(basta(&desk, &sid, &number), "Latitude", "47.6");
    let form = with(form, "Longitude", "-122.3");
    Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
    let shown = anna.messages(&id).await[0].clone();
    assert_eq!(
        (&shown["body"], &shown["redacted"], &shown["particulars"]["location"]),
        (&"".into(), &true.into(), &Value::Null)
    );
    assert_eq!(mark(&shown), "stop");
    assert_eq!(anna.conversation(&id).await["consent"]["state"], "opted_out");
    desk.close().await;
}

#[tokio::test]
async fn an_opt_out_that_an_event_tells_is_kept_as_the_events() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (number, sid) = (customer(), sid("SM"));
    let mut told = received(&desk, &sid, &number, "Basta");
    told["data"]["optOutType"] = "STOP".into();
    post(&desk, &told).await;
    let id = anna.conversation_with(&number).await;
    let form = basta(&desk, &sid, &number);
    Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
    let consent = anna.conversation(&id).await["consent"].clone();
    assert_eq!((&consent["state"], &consent["source"]), (&"opted_out".into(), &"event".into()));
    assert_eq!(ledger(&anna, &id).await.len(), 1);
    anna.try_send(&id, "One more thing", &key()).await.refused(422);
    desk.close().await;
}

#[tokio::test]
async fn reports_in_capitals_out_of_order_count_as_the_callbacks_do() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = anna.start(&customer()).await;
    anna.send(id(&conversation), "Hi").await;
    desk.settle().await;
    let sent = anna.messages(id(&conversation)).await[0].clone();
    let sid = sent["sid"].as_str().unwrap();
    post(&desk, &json!([status(&desk, sid, "READ"), status(&desk, sid, "SENT")])).await;
    let read = anna.messages(id(&conversation)).await[0].clone();
    assert_eq!(read["status"], "read");
    assert_eq!(read["rev"], sent["rev"], "a status is no write of its own");
    desk.close().await;
}

#[tokio::test]
async fn a_report_on_a_strangers_message_or_on_a_customers_own_changes_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let theirs = desk.text(&number, "Hi").await;
    let id = anna.conversation_with(&number).await;
    let before = anna.messages(&id).await;
    let batch = json!([status(&desk, &theirs, "FAILED"), status(&desk, &sid("SM"), "DELIVERED")]);
    post(&desk, &batch).await;
    assert_eq!(anna.messages(&id).await, before);
    let callback = Webhook::delivery(&desk, &before[0], "failed").send().await;
    assert_eq!(callback.status, 204);
    assert_eq!(anna.messages(&id).await, before);
    assert_eq!(kept(&anna).await, [Value::Null; 0]);
    desk.close().await;
}

#[tokio::test]
async fn one_broken_event_waits_in_quarantine_while_the_others_are_stored() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let mut foreign = received(&desk, &sid("SM"), &number, "x");
    foreign["data"]["accountSid"] = "AC99999999999999999999999999999999".into();
    let mut elsewhere = received(&desk, &sid("SM"), &number, "x");
    elsewhere["data"]["to"] = "+12025550100".into();
    let mut odd = status(&desk, &sid("SM"), "SENT");
    odd["data"]["messageStatus"] = "GONE".into();
    let batch = json!([
        received(&desk, &sid("SM"), &number, "One"),
        foreign,
        event("inbound-message.received", json!({ "messageSid": 7 })),
        event("message.deleted-by-the-user", json!(null)),
        elsewhere,
        odd,
        42,
        received(&desk, &sid("SM"), &number, "Two"),
    ]);
    post(&desk, &batch).await;
    let id = anna.conversation_with(&number).await;
    let mut texts = anna.messages(&id).await;
    texts.sort_by_key(|message| message["body"].to_string());
    assert_eq!(bodies(&texts), ["One", "Two"]);
    let mut why = reasons(&anna).await;
    why.sort();
    let expected = ["foreign_account", "unknown_number", "unreadable", "unreadable", "unreadable"];
    assert_eq!(why, expected);
    for item in kept(&anna).await {
        assert_eq!(
            (&item["path"], &item["content_type"]),
            (&"/twilio/events".into(), &"application/json".into())
        );
        assert!(!item["raw"].as_str().unwrap().contains("One"), "each is kept alone: {item}");
    }
    desk.close().await;
}

#[tokio::test]
async fn a_body_that_is_no_event_is_kept_and_one_that_is_not_signed_by_its_hash_is_refused() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for body in ["", "null", "\"x\"", "[{]"] {
        let answer = Webhook::json(&desk, "/twilio/events", body).send().await;
        assert_eq!(answer.status, 204, "{body}");
    }
    assert_eq!(reasons(&anna).await, ["unreadable"; 4]);
    let batch = json!([received(&desk, &sid("SM"), &customer(), "Hi")]);
    let other = batch.to_string().replace("Hi", "Ho");
    Webhook::events(&desk, &batch).body(other).send().await.refused(403);
    Webhook::events(&desk, &batch).signature(None).send().await.refused(403);
    let unhashed = Webhook::form(&desk, "/twilio/events", &[]).body(batch.to_string());
    unhashed.send().await.refused(403);
    assert_eq!(anna.list("").await["conversations"], json!([]));
    desk.close().await;
}
