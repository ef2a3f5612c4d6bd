//! How a send ends: refused in words, reported on in any order, sent again once.

use local::twilio::{CallbackFault, Condition, CreateFault, Rule, Status};
use serde_json::{Value, json};

use super::stage::{ANNA, Stage, sid};

#[tokio::test]
async fn what_twilio_refuses_is_told_in_words_and_never_tried_again_by_itself() {
    let refused = [
        ("+15005550001", 21211),
        ("+15005550002", 21612),
        ("+15005550003", 21408),
        ("+15005550004", 21610),
        ("+15005550009", 21614),
    ];
    let stage = Stage::open().await;
    for (number, code) in refused {
        // The desk takes no such number for a phone: the customer wrote first.
        let form = stage.inbound(number, "Hi", &sid(code));
        assert_eq!(stage.webhook("/twilio/messages", &form).await, 200);
        let list = stage.list().await;
        let id = list.iter().find(|c| c["mobile_number"] == number).unwrap()["conversation_id"]
            .as_str()
            .unwrap();
        let text = format!("To {number}");
        let message = stage.send(id, &text).await;
        stage.settle().await;
        let ended = stage.message(id, &message).await;
        assert_eq!(ended["status"], "refused");
        assert_eq!(ended["outcome"], json!({ "kind": "refused", "code": code }));
        let error = &ended["error"];
        assert_eq!(error["code"], code);
        assert!(error["title"].as_str().unwrap().len() > 10, "{error}");
        assert!(!error["title"].as_str().unwrap().contains(&code.to_string()), "{error}");
        assert!(error["advice"].as_str().unwrap().len() > 10, "{error}");
        assert_eq!(ended["intent"], Value::Null);
        assert_eq!(stage.creates(&text), 1);
    }
    stage.close().await;
}

#[tokio::test]
async fn a_message_that_failed_is_sent_again_once_and_names_the_new_one() {
    let stage = Stage::open().await;
    stage.twilio().set_condition(ANNA, Condition::Unreachable).unwrap();
    let anna = stage.conversation(ANNA).await;
    let old = stage.send(&anna, "Dinner?").await;
    stage.settle().await;
    let failed = stage.message(&anna, &old).await;
    assert_eq!(
        (&failed["status"], &failed["error"]["code"]),
        (&json!("undelivered"), &json!(30003))
    );

    stage.twilio().set_condition(ANNA, Condition::Reachable).unwrap();
    let path = format!("/api/conversations/{anna}/messages/{old}/retry");
    let click = json!({ "idempotency_key": "second-try" });
    let (status, new) = stage.post(&path, click.clone()).await;
    assert_eq!(status, 202, "{new}");
    // The same click again is the same message; another click is too late.
    let (status, same) = stage.post(&path, click).await;
    assert_eq!((status, &same["message_id"]), (202, &new["message_id"]));
    let (status, _) = stage.post(&path, json!({ "idempotency_key": "third-try" })).await;
    assert_eq!(status, 409);
    stage.settle().await;
    let id = new["message_id"].as_str().unwrap();
    assert_eq!(stage.label(&anna, id).await, "delivered");
    let old = stage.message(&anna, &old).await;
    assert_eq!((&old["status"], &old["retried_by"]), (&json!("undelivered"), &json!(id)));
    assert_eq!(stage.creates("Dinner?"), 2);
    stage.close().await;
}

#[tokio::test]
async fn a_message_that_did_not_fail_cannot_be_sent_again() {
    let stage = Stage::open().await;
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Once").await;
    stage.settle().await;
    let path = format!("/api/conversations/{anna}/messages/{id}/retry");
    let (status, _) = stage.post(&path, json!({ "idempotency_key": "not-needed" })).await;
    assert_eq!(status, 409);
    stage.settle().await;
    assert_eq!(stage.creates("Once"), 1);
    stage.close().await;
}

#[tokio::test]
async fn callbacks_before_the_answer_late_doubled_and_out_of_order_end_as_delivered() {
    let stage = Stage::open().await;
    let script = stage.twilio().script();
    script.on_create(Rule::next(CreateFault::CallbacksFirst).body("early"));
    script.on_callback(Rule::next(CallbackFault::Copies { count: 5 }).body("doubled").times(3));
    script.on_callback(Rule::next(CallbackFault::Reordered).body("mixed").times(2));
    let late = CallbackFault::Late { by: std::time::Duration::from_millis(300) };
    script.on_callback(Rule::next(late).body("late").status(Status::Sending));
    let anna = stage.conversation(ANNA).await;
    for text in ["early", "doubled", "mixed", "late"] {
        let id = stage.send(&anna, text).await;
        stage.settle().await;
        let ended = stage.message(&anna, &id).await;
        assert_eq!(ended["status"], "delivered", "{text}");
        assert_eq!((&ended["outcome"]["kind"], &ended["intent"]), (&json!("sent"), &Value::Null));
        assert_eq!(ended["seen"].as_object().unwrap().len(), 3, "{text}: {ended}");
    }
    stage.close().await;
}

#[tokio::test]
async fn callbacks_backwards_end_as_what_came_furthest() {
    let stage = Stage::open().await;
    let script = stage.twilio().script();
    script.on_callback(Rule::next(CallbackFault::Dropped).times(3));
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Backwards").await;
    stage.settle().await;
    assert_eq!(stage.label(&anna, &id).await, "queued");
    let twilio_sid = stage.twilio().messages().unwrap()[0].sid.clone();
    let path = format!("/twilio/deliveries/{anna}/{id}");
    for status in ["read", "delivered", "sent", "sending", "queued", "sent", "delivered"] {
        assert_eq!(stage.webhook(&path, &stage.callback(&twilio_sid, status)).await, 204);
        assert_eq!(stage.label(&anna, &id).await, "read");
    }
    stage.close().await;
}

#[tokio::test]
async fn of_two_ends_the_first_stands() {
    let stage = Stage::open().await;
    stage.twilio().script().on_callback(Rule::next(CallbackFault::Dropped).times(3));
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Which?").await;
    stage.settle().await;
    let twilio_sid = stage.twilio().messages().unwrap()[0].sid.clone();
    let path = format!("/twilio/deliveries/{anna}/{id}");
    for status in ["undelivered", "delivered", "failed"] {
        assert_eq!(stage.webhook(&path, &stage.callback(&twilio_sid, status)).await, 204);
        assert_eq!(stage.label(&anna, &id).await, "undelivered");
    }
    stage.close().await;
}
