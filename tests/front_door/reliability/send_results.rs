//! Results of sends: rejections, delivery reports in any order, and retries.

use serde_json::{Value, json};
use twilio_simulator::{CallbackFault, CreateFault, FaultRule, PhoneCondition, Status};

use super::fixture::{ANNA, ReliabilityFixture, numbered_sid};

#[tokio::test]
async fn a_message_rejected_by_twilio_has_a_reason_and_is_never_retried_automatically() {
    let rejected = [
        ("+15005550001", 21211),
        ("+15005550002", 21612),
        ("+15005550003", 21408),
        ("+15005550004", 21610),
        ("+15005550009", 21614),
    ];
    let fixture = ReliabilityFixture::start().await;
    for (number, code) in rejected {
        // This is not a valid phone number for the API, so the customer has to write first.
        let form = fixture.inbound_form(number, "Hi", &numbered_sid(code));
        assert_eq!(fixture.post_webhook("/twilio/messages", &form).await, 200);
        let list = fixture.list_conversations().await;
        let id = list.iter().find(|conversation| conversation["mobile_number"] == number).unwrap()
            ["conversation_id"]
            .as_str()
            .unwrap();
        let text = format!("To {number}");
        let message_id = fixture.send(id, &text).await;
        fixture.wait_until_idle().await;
        let message = fixture.get_message(id, &message_id).await;
        assert_eq!(message["status"], "rejected");
        assert_eq!(message["send_result"], json!({ "kind": "rejected", "code": code }));
        let error = &message["error"];
        assert_eq!(error["code"], code);
        assert!(error["title"].as_str().unwrap().len() > 10, "{error}");
        assert!(!error["title"].as_str().unwrap().contains(&code.to_string()), "{error}");
        assert!(error["advice"].as_str().unwrap().len() > 10, "{error}");
        assert_eq!(message["outbox"], Value::Null);
        assert_eq!(fixture.count_creates(&text), 1);
    }
    fixture.stop().await;
}

#[tokio::test]
async fn a_failed_message_is_retried_once_and_linked_to_the_new_message() {
    let fixture = ReliabilityFixture::start().await;
    fixture.twilio().set_condition(ANNA, PhoneCondition::Unreachable).unwrap();
    let anna = fixture.start_conversation(ANNA).await;
    let failed_id = fixture.send(&anna, "Dinner?").await;
    fixture.wait_until_idle().await;
    let failed = fixture.get_message(&anna, &failed_id).await;
    assert_eq!(
        (&failed["status"], &failed["error"]["code"]),
        (&json!("undelivered"), &json!(30003))
    );

    fixture.twilio().set_condition(ANNA, PhoneCondition::Reachable).unwrap();
    let path = format!("/api/conversations/{anna}/messages/{failed_id}/retry");
    let body = json!({ "idempotency_key": "second-try" });
    let (status, retried) = fixture.post(&path, body.clone()).await;
    assert_eq!(status, 202, "{retried}");
    // The same idempotency key returns the same message; another key is a conflict.
    let (status, repeated) = fixture.post(&path, body).await;
    assert_eq!((status, &repeated["message_id"]), (202, &retried["message_id"]));
    let (status, _) = fixture.post(&path, json!({ "idempotency_key": "third-try" })).await;
    assert_eq!(status, 409);
    fixture.wait_until_idle().await;
    let id = retried["message_id"].as_str().unwrap();
    assert_eq!(fixture.display_status(&anna, id).await, "delivered");
    let failed_after = fixture.get_message(&anna, &failed_id).await;
    assert_eq!(
        (&failed_after["status"], &failed_after["retried_by"]),
        (&json!("undelivered"), &json!(id))
    );
    assert_eq!(fixture.count_creates("Dinner?"), 2);
    fixture.stop().await;
}

#[tokio::test]
async fn a_message_that_did_not_fail_cannot_be_retried() {
    let fixture = ReliabilityFixture::start().await;
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Once").await;
    fixture.wait_until_idle().await;
    let path = format!("/api/conversations/{anna}/messages/{id}/retry");
    let (status, _) = fixture.post(&path, json!({ "idempotency_key": "not-needed" })).await;
    assert_eq!(status, 409);
    fixture.wait_until_idle().await;
    assert_eq!(fixture.count_creates("Once"), 1);
    fixture.stop().await;
}

#[tokio::test]
async fn early_late_duplicate_and_reordered_callbacks_end_as_delivered() {
    let fixture = ReliabilityFixture::start().await;
    let script = fixture.twilio().script();
    script.on_create(FaultRule::next(CreateFault::CallbacksFirst).body("early"));
    script
        .on_callback(FaultRule::next(CallbackFault::Copies { count: 5 }).body("doubled").times(3));
    script.on_callback(FaultRule::next(CallbackFault::Reordered).body("mixed").times(2));
    let late_callback = CallbackFault::Late { by: std::time::Duration::from_millis(300) };
    script.on_callback(FaultRule::next(late_callback).body("late").status(Status::Sending));
    let anna = fixture.start_conversation(ANNA).await;
    for text in ["early", "doubled", "mixed", "late"] {
        let id = fixture.send(&anna, text).await;
        fixture.wait_until_idle().await;
        let message = fixture.get_message(&anna, &id).await;
        assert_eq!(message["status"], "delivered", "{text}");
        assert_eq!(
            (&message["send_result"]["kind"], &message["outbox"]),
            (&json!("accepted"), &Value::Null)
        );
        assert_eq!(message["statuses"].as_object().unwrap().len(), 3, "{text}: {message}");
    }
    fixture.stop().await;
}

#[tokio::test]
async fn callbacks_in_reverse_order_keep_the_highest_status() {
    let fixture = ReliabilityFixture::start().await;
    let script = fixture.twilio().script();
    script.on_callback(FaultRule::next(CallbackFault::Dropped).times(3));
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Backwards").await;
    fixture.wait_until_idle().await;
    assert_eq!(fixture.display_status(&anna, &id).await, "queued");
    let twilio_sid = fixture.twilio().messages().unwrap()[0].sid.clone();
    let path = format!("/twilio/deliveries/{anna}/{id}");
    for status in ["read", "delivered", "sent", "sending", "queued", "sent", "delivered"] {
        assert_eq!(
            fixture.post_webhook(&path, &fixture.callback_form(&twilio_sid, status)).await,
            204
        );
        assert_eq!(fixture.display_status(&anna, &id).await, "read");
    }
    fixture.stop().await;
}

#[tokio::test]
async fn the_first_final_status_is_kept() {
    let fixture = ReliabilityFixture::start().await;
    fixture.twilio().script().on_callback(FaultRule::next(CallbackFault::Dropped).times(3));
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Which?").await;
    fixture.wait_until_idle().await;
    let twilio_sid = fixture.twilio().messages().unwrap()[0].sid.clone();
    let path = format!("/twilio/deliveries/{anna}/{id}");
    for status in ["undelivered", "delivered", "failed"] {
        assert_eq!(
            fixture.post_webhook(&path, &fixture.callback_form(&twilio_sid, status)).await,
            204
        );
        assert_eq!(fixture.display_status(&anna, &id).await, "undelivered");
    }
    fixture.stop().await;
}
