//! `POST /twilio/events`: Twilio events, in addition to webhooks or instead of them.

use serde_json::{Value, json};

use super::{quarantine_items, quarantine_reasons, vectors};
use crate::support::user::{bodies, conversation_id, new_idempotency_key};
use crate::support::webhook::{Form, inbound_text_form, new_sid, with_param};
use crate::support::{BUSINESS_NUMBER, TestSystem, TestUser, Webhook, customer_number, next_id};

fn event(event_type: &str, data: Value) -> Value {
    json!({
        "specversion": "1.0",
        "type": format!("com.twilio.messaging.{event_type}"),
        "id": format!("EZ{:032x}", next_id()),
        "data": data,
    })
}

fn inbound_event(system: &TestSystem, sid: &str, from: &str, body: &str) -> Value {
    let account = &system.inner().settings().account_sid;
    event(
        "inbound-message.received",
        json!({
            "messageSid": sid, "accountSid": account, "from": from, "to": BUSINESS_NUMBER, "body": body,
            "numMedia": 0, "numSegments": 1,
        }),
    )
}

fn status_event(system: &TestSystem, sid: &str, status: &str) -> Value {
    let account = &system.inner().settings().account_sid;
    let event_type = format!("message.{}", status.to_lowercase());
    let data = json!({ "messageSid": sid, "accountSid": account, "messageStatus": status });
    event(&event_type, data)
}

async fn post_events(system: &TestSystem, events: &Value) {
    let response = Webhook::events(system, events).send().await;
    assert_eq!((response.status, &*response.text), (204, ""));
}

#[tokio::test]
async fn every_recorded_event_batch_is_accepted_and_its_messages_are_stored_once() {
    let recorded = vectors::load_recordings();
    let system = vectors::start_as_recorded(&recorded).await;
    let anna = system.admin().await;
    let batches = recorded["requests"].as_array().unwrap().iter();
    let batches: Vec<&str> = batches
        .filter(|request| request["kind"] == "event_streams")
        .map(|request| request["body"].as_str().unwrap())
        .collect();
    assert_eq!(batches.len(), 7);
    for _ in 0..2 {
        for batch in &batches {
            let response = Webhook::json(&system, "/twilio/events", batch).send().await;
            assert_eq!((response.status, &*response.text), (204, ""), "{batch}");
        }
    }
    let sms = anna.conversation_id_with("+12065551212").await;
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
    let body = json!({ "to": "+12065551212", "channel": "whatsapp" });
    let whatsapp = anna.post("/api/conversations", body).await.expect_status(200);
    assert_eq!(bodies(&anna.messages(conversation_id(&whatsapp)).await), ["hola"]);
    assert_eq!(
        quarantine_items(&anna).await,
        [Value::Null; 0],
        "reports on strangers' messages are ignored"
    );
    system.stop().await;
}

#[tokio::test]
async fn a_message_received_by_webhook_and_event_is_stored_once_in_either_order() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let first = system.receive_text(&number, "By webhook").await;
    post_events(&system, &json!([inbound_event(&system, &first, &number, "By webhook")])).await;
    let second = new_sid("SM");
    post_events(&system, &inbound_event(&system, &second, &number, "By event")).await;
    Webhook::inbound_text(&system, &second, &number, "By event")
        .send()
        .await
        .expect_acknowledgement();
    let id = anna.conversation_id_with(&number).await;
    assert_eq!(bodies(&anna.messages(&id).await), ["By webhook", "By event"]);
    assert_eq!(anna.get_conversation(&id).await["unread_count"], 2);
    system.stop().await;
}

#[tokio::test]
async fn the_webhook_after_an_event_adds_the_missing_fields_once() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (number, sid) = (customer_number(), new_sid("MM"));
    post_events(&system, &inbound_event(&system, &sid, &number, "Look")).await;
    let id = anna.conversation_id_with(&number).await;
    let before = anna.messages(&id).await[0].clone();
    assert_eq!(before["media"], json!([]));
    let media_url = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1";
    let mut form: Form = inbound_text_form(&system, &sid, &number, "Look");
    for (name, value) in
        [("NumMedia", "1"), ("MediaUrl0", media_url), ("MediaContentType0", "image/jpeg")]
    {
        form = with_param(form, name, value);
    }
    for _ in 0..2 {
        Webhook::form(&system, "/twilio/messages", &form).send().await.expect_acknowledgement();
    }
    let thread = anna.messages(&id).await;
    assert_eq!(thread.len(), 1);
    assert_eq!(thread[0]["media"][0]["kind"], "image");
    assert_eq!(thread[0]["message_id"], before["message_id"]);
    let conversation = anna.get_conversation(&id).await;
    assert_eq!(
        (&conversation["preview"]["media"], &conversation["unread_count"]),
        (&"image".into(), &1.into())
    );
    system.stop().await;
}

/// Returns the webhook of a text that only Twilio recognizes as an opt-out, with a profile name.
fn opt_out_form(system: &TestSystem, sid: &str, number: &str) -> Form {
    let form = inbound_text_form(system, sid, number, "Basta");
    with_param(with_param(form, "OptOutType", "STOP"), "ProfileName", "Maria")
}

async fn consent_history(user: &TestUser<'_>, id: &str) -> Vec<Value> {
    let response = user.get(&format!("/api/conversations/{id}/consent")).await.expect_status(200);
    response["records"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_opt_out_and_a_name_of_the_webhook_are_stored_in_either_order() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let mut results = Vec::new();
    for event_first in [true, false] {
        let (number, sid) = (customer_number(), new_sid("SM"));
        let form = opt_out_form(&system, &sid, &number);
        if event_first {
            post_events(&system, &inbound_event(&system, &sid, &number, "Basta")).await;
        }
        for _ in 0..2 {
            Webhook::form(&system, "/twilio/messages", &form).send().await.expect_acknowledgement();
        }
        post_events(&system, &inbound_event(&system, &sid, &number, "Basta")).await;
        let id = anna.conversation_id_with(&number).await;
        let conversation = anna.get_conversation(&id).await;
        anna.try_send(&id, "One more thing", &new_idempotency_key()).await.expect_error(422);
        let records = consent_history(&anna, &id).await;
        assert_eq!(records.len(), 1, "{records:?}");
        assert_eq!((&records[0]["evidence"], &records[0]["sid"]), (&"Basta".into(), &json!(sid)));
        let message = anna.messages(&id).await[0].clone();
        results.push((
            conversation["consent"]["state"].clone(),
            conversation["consent"]["source"].clone(),
            conversation["profile_name"].clone(),
            message["extras"].clone(),
        ));
    }
    assert_eq!(results[0], results[1]);
    assert_eq!((&results[0].0, &results[0].1), (&"opted_out".into(), &"opt_out_type".into()));
    assert_eq!((&results[0].2, &results[0].3["opt_out"]), (&"Maria".into(), &"stop".into()));
    system.stop().await;
}

#[tokio::test]
async fn a_late_opt_out_of_a_webhook_does_not_undo_a_later_start() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (number, sid) = (customer_number(), new_sid("SM"));
    post_events(&system, &inbound_event(&system, &sid, &number, "Basta")).await;
    system.advance(std::time::Duration::from_secs(1));
    system.receive_text(&number, "START").await;
    let form = opt_out_form(&system, &sid, &number);
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_acknowledgement();
    let id = anna.conversation_id_with(&number).await;
    assert_eq!(anna.get_conversation(&id).await["consent"]["state"], "opted_in");
    assert_eq!(consent_history(&anna, &id).await.len(), 2, "the consent history has both records");
    let keywords: Vec<Value> = anna.messages(&id).await.iter().map(consent_keyword).collect();
    assert_eq!(keywords, ["stop", "start"]);
    system.stop().await;
}

fn consent_keyword(message: &Value) -> Value {
    message["extras"]["opt_out"].clone()
}

#[tokio::test]
async fn a_message_redacted_before_its_webhook_stays_empty_and_still_opts_out() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (number, sid) = (customer_number(), new_sid("SM"));
    post_events(&system, &inbound_event(&system, &sid, &number, "Basta")).await;
    let id = anna.conversation_id_with(&number).await;
    let message = anna.messages(&id).await[0]["message_id"].as_str().unwrap().to_owned();
    let redact_path = format!("/api/conversations/{id}/messages/{message}/redact");
    anna.post(&redact_path, json!({})).await.expect_status(200);
    let form = with_param(opt_out_form(&system, &sid, &number), "Latitude", "47.6");
    let form = with_param(form, "Longitude", "-122.3");
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_acknowledgement();
    let after = anna.messages(&id).await[0].clone();
    assert_eq!(
        (&after["body"], &after["redacted"], &after["extras"]["location"]),
        (&"".into(), &true.into(), &Value::Null)
    );
    assert_eq!(consent_keyword(&after), "stop");
    assert_eq!(anna.get_conversation(&id).await["consent"]["state"], "opted_out");
    system.stop().await;
}

#[tokio::test]
async fn an_opt_out_of_an_event_is_recorded_with_source_event() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (number, sid) = (customer_number(), new_sid("SM"));
    let mut opt_out_event = inbound_event(&system, &sid, &number, "Basta");
    opt_out_event["data"]["optOutType"] = "STOP".into();
    post_events(&system, &opt_out_event).await;
    let id = anna.conversation_id_with(&number).await;
    let form = opt_out_form(&system, &sid, &number);
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_acknowledgement();
    let consent = anna.get_conversation(&id).await["consent"].clone();
    assert_eq!((&consent["state"], &consent["source"]), (&"opted_out".into(), &"event".into()));
    assert_eq!(consent_history(&anna, &id).await.len(), 1);
    anna.try_send(&id, "One more thing", &new_idempotency_key()).await.expect_error(422);
    system.stop().await;
}

#[tokio::test]
async fn event_statuses_in_capitals_and_out_of_order_are_applied_like_callbacks() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = anna.start_conversation(&customer_number()).await;
    anna.send(conversation_id(&conversation), "Hi").await;
    system.wait_until_idle().await;
    let sent = anna.messages(conversation_id(&conversation)).await[0].clone();
    let sid = sent["sid"].as_str().unwrap();
    post_events(
        &system,
        &json!([status_event(&system, sid, "READ"), status_event(&system, sid, "SENT")]),
    )
    .await;
    let message = anna.messages(conversation_id(&conversation)).await[0].clone();
    assert_eq!(message["status"], "read");
    assert_eq!(message["rev"], sent["rev"], "a status does not change the revision");
    system.stop().await;
}

#[tokio::test]
async fn a_report_on_an_unknown_or_inbound_message_changes_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let inbound_sid = system.receive_text(&number, "Hi").await;
    let id = anna.conversation_id_with(&number).await;
    let before = anna.messages(&id).await;
    let batch = json!([
        status_event(&system, &inbound_sid, "FAILED"),
        status_event(&system, &new_sid("SM"), "DELIVERED")
    ]);
    post_events(&system, &batch).await;
    assert_eq!(anna.messages(&id).await, before);
    let callback = Webhook::delivery(&system, &before[0], "failed").send().await;
    assert_eq!(callback.status, 204);
    assert_eq!(anna.messages(&id).await, before);
    assert_eq!(quarantine_items(&anna).await, [Value::Null; 0]);
    system.stop().await;
}

#[tokio::test]
async fn invalid_events_are_quarantined_while_the_others_are_stored() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let mut other_account = inbound_event(&system, &new_sid("SM"), &number, "x");
    other_account["data"]["accountSid"] = "AC99999999999999999999999999999999".into();
    let mut unknown_number = inbound_event(&system, &new_sid("SM"), &number, "x");
    unknown_number["data"]["to"] = "+12025550100".into();
    let mut invalid_status = status_event(&system, &new_sid("SM"), "SENT");
    invalid_status["data"]["messageStatus"] = "GONE".into();
    let batch = json!([
        inbound_event(&system, &new_sid("SM"), &number, "One"),
        other_account,
        event("inbound-message.received", json!({ "messageSid": 7 })),
        event("message.deleted-by-the-user", json!(null)),
        unknown_number,
        invalid_status,
        42,
        inbound_event(&system, &new_sid("SM"), &number, "Two"),
    ]);
    post_events(&system, &batch).await;
    let id = anna.conversation_id_with(&number).await;
    let mut texts = anna.messages(&id).await;
    texts.sort_by_key(|message| message["body"].to_string());
    assert_eq!(bodies(&texts), ["One", "Two"]);
    let mut reasons = quarantine_reasons(&anna).await;
    reasons.sort();
    let expected = ["foreign_account", "unknown_number", "unreadable", "unreadable", "unreadable"];
    assert_eq!(reasons, expected);
    for item in quarantine_items(&anna).await {
        assert_eq!(
            (&item["path"], &item["content_type"]),
            (&"/twilio/events".into(), &"application/json".into())
        );
        assert!(
            !item["body"].as_str().unwrap().contains("One"),
            "each event is stored alone: {item}"
        );
    }
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_event_body_is_quarantined_and_one_with_a_wrong_hash_is_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for body in ["", "null", "\"x\"", "[{]"] {
        let response = Webhook::json(&system, "/twilio/events", body).send().await;
        assert_eq!(response.status, 204, "{body}");
    }
    assert_eq!(quarantine_reasons(&anna).await, ["unreadable"; 4]);
    let batch = json!([inbound_event(&system, &new_sid("SM"), &customer_number(), "Hi")]);
    let changed_body = batch.to_string().replace("Hi", "Ho");
    Webhook::events(&system, &batch).body(changed_body).send().await.expect_error(403);
    Webhook::events(&system, &batch).signature(None).send().await.expect_error(403);
    let without_hash = Webhook::form(&system, "/twilio/events", &[]).body(batch.to_string());
    without_hash.send().await.expect_error(403);
    assert_eq!(anna.list_conversations("").await["conversations"], json!([]));
    system.stop().await;
}

#[tokio::test]
async fn a_batch_that_is_too_large_for_one_request_is_completed_by_its_repeats() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let numbers: Vec<String> = (0..25).map(|_| customer_number()).collect();
    let events: Vec<Value> = (0..2_500)
        .map(|n| inbound_event(&system, &new_sid("SM"), &numbers[n % 25], &format!("Text {n}")))
        .collect();
    let batch = Value::Array(events);
    let mut answers = Vec::new();
    while answers.last() != Some(&204) {
        answers.push(Webhook::events(&system, &batch).send().await.status);
        assert!(answers.len() < 30, "{answers:?}");
    }
    let list = anna.list_conversations("?limit=100").await;
    let unread: Vec<_> = list["conversations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["unread_count"].clone())
        .collect();
    assert_eq!(unread, vec![json!(100); 25]);
    system.stop().await;
}
