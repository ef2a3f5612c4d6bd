//! Consent: keywords, the consent history and the effect on sending.

use reqwest::Method;
use serde_json::{Value, json};
use twilio_simulator::{CreateFault, FaultRule};

use crate::support::user::{conversation_id, new_idempotency_key};
use crate::support::webhook::{inbound_text_form, new_sid, with_param};
use crate::support::{TestSystem, TestUser, Webhook, customer_number, wait_for};

async fn receive_texts(
    system: &TestSystem,
    user: &TestUser<'_>,
    number: &str,
    texts: &[&str],
) -> String {
    for body in texts {
        system.receive_text(number, body).await;
    }
    user.conversation_id_with(number).await
}

fn reason_codes(problem: &Value) -> Vec<&str> {
    problem["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["code"].as_str().unwrap())
        .collect()
}

async fn consent_history(user: &TestUser<'_>, thread: &str) -> Vec<Value> {
    let response =
        user.get(&format!("/api/conversations/{thread}/consent")).await.expect_status(200);
    response["records"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_opt_out_is_recorded_with_evidence_and_blocks_sends_until_start() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let thread = receive_texts(&system, &anna, &number, &["Hi", " stop "]).await;
    let conversation = anna.get_conversation(&thread).await;
    assert_eq!(
        (&conversation["consent"]["state"], &conversation["consent"]["source"]),
        (&"opted_out".into(), &"keyword".into())
    );
    let error =
        anna.try_send(&thread, "One more thing", &new_idempotency_key()).await.expect_error(422);
    assert_eq!(
        (reason_codes(&error), &error["code"]),
        (vec!["opted_out"], &"send_not_allowed".into())
    );
    assert_eq!(
        error["detail"],
        "The contact has opted out of messages. They can opt back in by sending START."
    );
    system.wait_until_idle().await;
    // Partyline sends no confirmation, because Twilio sends one.
    assert_eq!(system.twilio().creates().len(), 0);
    system.receive_text(&number, "START").await;
    anna.try_send(&thread, "Welcome back", &new_idempotency_key()).await.expect_status(202);
    let records = consent_history(&anna, &thread).await;
    let states: Vec<_> =
        records.iter().map(|record| (&record["state"], &record["evidence"])).collect();
    assert_eq!(
        states,
        [(&json!("opted_in"), &json!("START")), (&json!("opted_out"), &json!(" stop "))]
    );
    assert!(records.iter().all(|one| one["sid"].as_str().unwrap().starts_with("SM")));
    let keywords: Vec<Value> = anna
        .messages(&thread)
        .await
        .iter()
        .map(|message| message["extras"]["opt_out"].clone())
        .collect();
    assert_eq!(keywords, [json!(null), json!("stop"), json!("start"), json!(null)]);
    system.stop().await;
}

#[tokio::test]
async fn a_keyword_within_a_sentence_or_an_ordinary_yes_does_not_change_consent() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let thread = receive_texts(&system, &anna, &number, &["Stop please", "Yes", "HELP"]).await;
    assert_eq!(anna.get_conversation(&thread).await["consent"], json!(null));
    assert_eq!(consent_history(&anna, &thread).await.len(), 0);
    system.receive_text(&number, "QUIT").await;
    anna.try_send(&thread, "Hi", &new_idempotency_key()).await.expect_error(422);
    // After an opt-out, YES counts as opt-in.
    system.receive_text(&number, "yes").await;
    anna.try_send(&thread, "Hi", &new_idempotency_key()).await.expect_status(202);
    system.stop().await;
}

#[tokio::test]
async fn a_repeated_send_returns_the_first_response_after_an_opt_out() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let thread = receive_texts(&system, &anna, &number, &["Hi"]).await;
    let key = new_idempotency_key();
    let first = anna.try_send(&thread, "Hello", &key).await.expect_status(202);
    system.receive_text(&number, "STOP").await;
    let repeated = anna.try_send(&thread, "Hello", &key).await.expect_status(202);
    assert_eq!(repeated["message_id"], first["message_id"]);
    system.stop().await;
}

#[tokio::test]
async fn a_rejection_with_21610_is_recorded_as_an_opt_out() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    // One of Twilio's test numbers, which has opted out.
    let thread = conversation_id(&anna.start_conversation("+15005550004").await).to_owned();
    anna.send(&thread, "Hi").await;
    system.wait_until_idle().await;
    let conversation = anna.get_conversation(&thread).await;
    assert_eq!(
        (&conversation["consent"]["state"], &conversation["consent"]["source"]),
        (&"opted_out".into(), &"twilio".into())
    );
    let expected = json!({ "key": "consent.refused_at_twilio", "values": { "code": 21610 } });
    assert_eq!(consent_history(&anna, &thread).await[0]["localized_evidence"], expected);
    anna.try_send(&thread, "Hi again", &new_idempotency_key()).await.expect_error(422);
    assert_eq!(system.twilio().creates().len(), 1);
    system.stop().await;
}

/// Returns a delivered outbound message to a contact who has written.
async fn send_delivered(system: &TestSystem, user: &TestUser<'_>, number: &str) -> Value {
    let thread = receive_texts(system, user, number, &["Hi"]).await;
    user.send(&thread, "Hello").await;
    system.wait_until_idle().await;
    user.messages(&thread).await[1].clone()
}

/// Returns the Twilio event of a failed message with this error code.
fn failed_event(system: &TestSystem, message: &Value, code: u32) -> Value {
    json!({
        "type": "com.twilio.messaging.message.failed",
        "data": {
            "messageSid": message["sid"], "messageStatus": "FAILED", "errorCode": code,
            "accountSid": system.inner().settings().account_sid,
        },
    })
}

#[tokio::test]
async fn a_21610_event_opts_out_once_and_does_not_undo_a_later_start() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let message = send_delivered(&system, &anna, &number).await;
    let thread = message["conversation_id"].as_str().unwrap();
    let failed_report = failed_event(&system, &message, 21610);
    for _ in 0..2 {
        Webhook::events(&system, &failed_report).send().await.expect_status(204);
        let consent = anna.get_conversation(thread).await["consent"].clone();
        assert_eq!(
            (&consent["state"], &consent["source"]),
            (&"opted_out".into(), &"twilio".into())
        );
        assert_eq!(consent_history(&anna, thread).await.len(), 1);
    }
    anna.try_send(thread, "Hi again", &new_idempotency_key()).await.expect_error(422);
    system.receive_text(&number, "START").await;
    Webhook::events(&system, &failed_report).send().await.expect_status(204);
    assert_eq!(anna.get_conversation(thread).await["consent"]["state"], "opted_in");
    anna.try_send(thread, "Welcome back", &new_idempotency_key()).await.expect_status(202);
    system.stop().await;
}

#[tokio::test]
async fn an_admin_records_consent_with_evidence() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let thread = receive_texts(&system, &anna, &number, &["STOP"]).await;
    let path = format!("/api/conversations/{thread}/consent");
    let body = json!({ "state": "opted_in", "evidence": " Signed the form of 3 November " });
    let conversation = anna.post(&path, body).await.expect_status(200);
    assert_eq!(
        (&conversation["consent"]["state"], &conversation["consent"]["source"]),
        (&"opted_in".into(), &"user".into())
    );
    let newest = consent_history(&anna, &thread).await[0].clone();
    assert_eq!(
        (&newest["evidence"], &newest["recorded_by"]),
        (&"Signed the form of 3 November".into(), &"admin".into())
    );
    anna.try_send(&thread, "Hello", &new_idempotency_key()).await.expect_status(202);
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_consent_record_is_rejected_with_a_reason() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let berta = system.agent(&anna, "berta").await;
    let thread = receive_texts(&system, &anna, &customer_number(), &["Hi"]).await;
    let path = format!("/api/conversations/{thread}/consent");
    let valid_body = json!({ "state": "opted_in", "evidence": "By phone" });
    assert_eq!(
        berta.post(&path, valid_body.clone()).await.error_detail(403),
        "Only admins can do this."
    );
    let detail =
        anna.post(&path, json!({ "state": "opted_out", "evidence": "  " })).await.error_detail(422);
    assert_eq!(detail, "Describe how and where the contact gave consent.");
    let long_evidence = json!({ "state": "opted_in", "evidence": "x".repeat(1_001) });
    anna.post(&path, long_evidence).await.expect_error(422);
    for invalid_body in [
        json!({ "state": "maybe", "evidence": "By phone" }),
        json!({ "state": "opted_in", "evidence": "By phone", "at": "yesterday" }),
    ] {
        anna.post(&path, invalid_body).await.expect_error(400);
    }
    for body in [
        json!({ "state": "opted_out" }),
        json!({ "state": "opted_out", "evidence": "By phone", "message_id": "1" }),
    ] {
        let detail = anna.post(&path, body).await.error_detail(422);
        assert_eq!(detail, "Give either `evidence` or `message_id`.");
    }
    let missing_path = format!("/api/conversations/{}/consent", "a".repeat(26));
    anna.post(&missing_path, valid_body).await.expect_error(404);
    anna.get(&missing_path).await.expect_error(404);
    assert_eq!(consent_history(&anna, &thread).await.len(), 0);
    system.call(Method::GET, &path).send().await.expect_error(401);
    system.stop().await;
}

#[tokio::test]
async fn any_agent_records_an_opt_out_with_the_message_as_evidence() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let berta = system.agent(&anna, "berta").await;
    let number = customer_number();
    let texts = ["Stop. Thank you", "STOP please", "please stop texting me", "Thanks"];
    let thread = receive_texts(&system, &anna, &number, &texts).await;
    let messages = berta.messages(&thread).await;
    let offered: Vec<_> =
        messages.iter().map(|message| message["extras"]["may_be_opt_out"].clone()).collect();
    assert_eq!(offered, [json!(true), json!(true), json!(true), json!(false)]);
    assert_eq!(berta.get_conversation(&thread).await["consent"], json!(null));

    let path = format!("/api/conversations/{thread}/consent");
    let body = json!({ "state": "opted_out", "message_id": messages[0]["message_id"] });
    let conversation = berta.post(&path, body).await.expect_status(200);
    assert_eq!(conversation["consent"]["state"], "opted_out");
    let record = consent_history(&berta, &thread).await[0].clone();
    assert_eq!(
        (&record["evidence"], &record["sid"], &record["recorded_by"]),
        (&"Stop. Thank you".into(), &messages[0]["sid"], &"berta".into())
    );
    let error = berta.try_send(&thread, "Hi", &new_idempotency_key()).await.expect_error(422);
    assert_eq!(reason_codes(&error), ["opted_out"]);

    let opt_in = json!({ "state": "opted_in", "message_id": messages[0]["message_id"] });
    berta.post(&path, opt_in).await.expect_error(403);
    let missing = json!({ "state": "opted_out", "message_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV" });
    berta.post(&path, missing).await.expect_error(404);
    system.receive_text(&number, "START").await;
    let sent = berta.send(&thread, "Hello").await;
    let ours = json!({ "state": "opted_out", "message_id": sent["message_id"] });
    berta.post(&path, ours).await.expect_error(422);
    system.stop().await;
}

#[tokio::test]
async fn an_opt_out_on_whatsapp_is_recognized_as_people_write_it() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let contacts: Vec<String> = (0..6).map(|_| format!("whatsapp:{}", customer_number())).collect();
    let texts = ["stop.", "Stop!", "ARRET", "\u{feff}ＳＴＯＰ", "opt out", "STOP please"];
    for (contact, text) in contacts.iter().zip(texts) {
        let form = inbound_text_form(&system, &new_sid("SM"), contact, text);
        let form = with_param(form, "To", "whatsapp:+18555080990");
        Webhook::form(&system, "/twilio/messages", &form).send().await.expect_status(200);
        let newest = anna.list_conversations("").await["conversations"][0].clone();
        assert_eq!(newest["mobile_number"], **contact);
        let consent = newest["consent"]["state"].clone();
        let expected = if text == "STOP please" { json!(null) } else { json!("opted_out") };
        assert_eq!(consent, expected, "{text}");
    }
    system.stop().await;
}

#[tokio::test]
async fn the_newest_consent_record_agrees_with_the_state_when_writes_meet() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let thread = receive_texts(&system, &anna, &number, &["Hi"]).await;
    let path = format!("/api/conversations/{thread}/consent");
    for _ in 0..8 {
        let record = |state: &str| {
            let body = json!({ "state": state, "evidence": "By phone" });
            let (anna, path) = (&anna, &path);
            async move { anna.post(path, body).await }
        };
        tokio::join!(
            system.receive_text(&number, "STOP"),
            record("opted_in"),
            system.receive_text(&number, "START"),
            record("opted_out"),
            system.receive_text(&number, "STOP"),
        );
        let state = anna.get_conversation(&thread).await["consent"].clone();
        let records = consent_history(&anna, &thread).await;
        assert_eq!(
            (&records[0]["state"], &records[0]["at"]),
            (&state["state"], &state["at"]),
            "{records:?}"
        );
    }
    system.stop().await;
}

#[tokio::test]
async fn an_opt_out_during_the_pauses_between_calls_stops_the_send() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let thread = receive_texts(&system, &anna, &number, &["Hi"]).await;
    system.twilio().script().on_create(FaultRule::next(CreateFault::Busy { seconds: 2 }));
    let sent = anna.send(&thread, "Our offer").await;
    wait_for("the first call", async || (!system.twilio().creates().is_empty()).then_some(()))
        .await;
    system.receive_text(&number, "STOP").await;
    system.wait_until_idle().await;
    let path = format!("/api/conversations/{thread}/messages/");
    let message = anna.get(&format!("{path}{}", sent["message_id"].as_str().unwrap())).await;
    let message = message.expect_status(200);
    assert_eq!(
        (&message["status"], &message["error"]["code"]),
        (&"rejected".into(), &21610.into())
    );
    assert_eq!(system.twilio().creates().len(), 1, "Twilio is not called again");
    system.stop().await;
}
