//! `POST /api/conversations/{id}/messages`.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use twilio_simulator::{CallbackFault, CreateFault, FaultRule};

use super::{send_rejected, start_conversation};
use crate::support::user::{bodies, conversation_id, new_idempotency_key};
use crate::support::{BUSINESS_NUMBER, TestSystem, customer_number};

#[tokio::test]
async fn a_message_is_accepted_and_delivered_to_the_phone() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let thread = conversation_id(&anna.start_conversation(&number).await).to_owned();
    let key = new_idempotency_key();
    let accepted = anna.try_send(&thread, "Hello 👋\nsecond line", &key).await.expect_status(202);
    assert_eq!((&accepted["status"], &accepted["author"]), (&"queued".into(), &"admin".into()));
    assert_eq!((&accepted["idempotency_key"], &accepted["sid"]), (&key.into(), &json!(null)));
    assert_eq!(
        (&accepted["direction"], &accepted["twilio_number"]),
        (&"outbound".into(), &BUSINESS_NUMBER.into())
    );
    assert_eq!(accepted["outbox"], json!({ "state": "ready", "version": 1 }));
    system.wait_until_idle().await;
    let message = &anna.messages(&thread).await[0];
    assert_eq!((&message["status"], &message["outbox"]), (&"delivered".into(), &json!(null)));
    let messages = system.twilio().messages().unwrap();
    assert_eq!(messages[0].body, "Hello 👋\nsecond line");
    assert_eq!((&messages[0].to, message["sid"].as_str()), (&number, Some(&*messages[0].sid)));
    system.stop().await;
}

#[tokio::test]
async fn a_repeated_send_stores_one_message() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (thread, key) = (start_conversation(&anna).await, new_idempotency_key());
    let responses = join_all((0..8).map(|_| anna.try_send(&thread, "Once", &key))).await;
    let responses: Vec<Value> =
        responses.into_iter().map(|response| response.expect_status(202)).collect();
    assert!(responses.iter().all(|click| click["message_id"] == responses[0]["message_id"]));
    system.wait_until_idle().await;
    let late_response = anna.try_send(&thread, "Once", &key).await.expect_status(202);
    assert_eq!(
        (&late_response["message_id"], &late_response["status"]),
        (&responses[0]["message_id"], &"delivered".into())
    );
    assert_eq!(anna.messages(&thread).await.len(), 1);
    assert_eq!(system.twilio().creates().len(), 1);
    system.stop().await;
}

#[tokio::test]
async fn an_idempotency_key_is_bound_to_a_text_a_conversation_and_a_user() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let berta = system.agent(&anna, "berta").await;
    let (thread, other_thread, key) =
        (start_conversation(&anna).await, start_conversation(&anna).await, new_idempotency_key());
    anna.try_send(&thread, "One", &key).await.expect_status(202);
    let detail = anna.try_send(&thread, "Two", &key).await.error_detail(409);
    assert_eq!(detail, "This idempotency key was already used for a different message.");
    anna.try_send(&other_thread, "One", &key).await.expect_error(409);
    let other_users_message = berta.try_send(&thread, "One", &key).await.expect_status(202);
    assert_eq!(other_users_message["author"], "berta");
    assert_eq!(anna.messages(&thread).await.len(), 2);
    assert_eq!(anna.messages(&other_thread).await.len(), 0);
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_message_is_rejected_with_a_reason_and_not_stored() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    for empty_text in ["", "   ", "\n\t\u{a0}"] {
        let detail =
            anna.try_send(&thread, empty_text, &new_idempotency_key()).await.error_detail(422);
        assert_eq!(detail, "The message is empty. Write a text or attach a file.");
    }
    let long_text = "ä".repeat(1_601);
    let detail = anna.try_send(&thread, &long_text, &new_idempotency_key()).await.error_detail(422);
    assert_eq!(
        detail,
        "The message has 1601 characters. The limit is 1,600. Shorten it or send it in parts."
    );
    for invalid_key in
        ["", "short", "has spaces in it", "quote'quote'", &"x".repeat(65), "müller-müller"]
    {
        anna.try_send(&thread, "Hi", invalid_key).await.expect_error(422);
    }
    let megabyte = "x".repeat(1024 * 1024);
    anna.try_send(&thread, &megabyte, &new_idempotency_key()).await.expect_error(413);
    let path = format!("/api/conversations/{thread}/messages");
    let invalid_bodies = [
        json!({ "body": "Hi", "idempotency_key": new_idempotency_key(), "from": BUSINESS_NUMBER }),
        json!({ "body": "Hi" }),
        json!({ "body": null, "idempotency_key": new_idempotency_key() }),
        json!({ "body": ["Hi"], "idempotency_key": new_idempotency_key() }),
    ];
    for body in invalid_bodies {
        anna.post(&path, body).await.expect_error(400);
    }
    let lone_surrogate = r#"{"body": "\ud800", "idempotency_key": "click-surrogate"}"#;
    anna.call(Method::POST, &path).raw_json(lone_surrogate).send().await.expect_error(400);
    anna.call(Method::POST, &path).form_body(b"body=Hi".to_vec()).send().await.expect_error(400);
    assert_eq!(anna.messages(&thread).await.len(), 0);
    assert!(system.twilio().creates().is_empty());
    system.stop().await;
}

#[tokio::test]
async fn a_body_over_the_gateway_limit_is_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    let path = format!("/api/conversations/{thread}/messages");
    let call = anna.call(Method::POST, &path).raw_json(vec![b'x'; 11 * 1024 * 1024]);
    assert_eq!(call.send_unchecked().await.status, 413);
    anna.send(&thread, "The next one works").await;
    system.stop().await;
}

#[tokio::test]
async fn unusual_texts_are_stored_unchanged() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    let combining_marks = format!("e{}", "\u{301}".repeat(1_599));
    let unusual_texts = [
        "<img src=x onerror=alert(1)>",
        "</script><svg onload=1>{{x}} ${x} javascript:x",
        "\u{202e}right to left \u{200b}\u{200d}",
        "a\u{0}b\u{1}",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦",
        "%00 %F0 %ZZ ' \" ; --",
        &combining_marks,
    ];
    for text in unusual_texts {
        assert_eq!(anna.send(&thread, text).await["body"], text);
    }
    assert_eq!(bodies(&anna.messages(&thread).await), unusual_texts);
    system.stop().await;
}

#[tokio::test]
async fn sending_reopens_a_closed_conversation_and_moves_it_up() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (closed, other_conversation) =
        (start_conversation(&anna).await, start_conversation(&anna).await);
    anna.update_conversation(&closed, json!({ "status": "closed" })).await.expect_status(200);
    anna.send(&closed, "Still there?").await;
    let list = anna.list_conversations("").await["conversations"].clone();
    assert_eq!(
        (conversation_id(&list[0]), conversation_id(&list[1])),
        (&*closed, &*other_conversation)
    );
    assert_eq!(
        (&list[0]["status"], &list[0]["preview"]["body"]),
        (&"open".into(), &"Still there?".into())
    );
    assert_eq!(list[0]["unread_count"], 0);
    system.stop().await;
}

#[tokio::test]
async fn a_send_to_a_missing_conversation_is_not_found() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for id in ["e".repeat(26), "x".to_owned(), "%00".to_owned()] {
        anna.try_send(&id, "Hi", &new_idempotency_key()).await.expect_error(404);
    }
    system.stop().await;
}

#[tokio::test]
async fn a_rejected_message_has_an_error_title_and_advice() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let message = send_rejected(&system, &anna, "Hi").await;
    assert_eq!(message["status"], "rejected");
    assert_eq!(message["send_result"], json!({ "kind": "rejected", "code": 21211 }));
    let error = &message["error"];
    assert_eq!(error["code"], 21211);
    let (title, advice) = (error["title"].as_str().unwrap(), error["advice"].as_str().unwrap());
    assert!(!title.contains("21211") && advice.ends_with('.'), "{title} {advice}");
    system.stop().await;
}

#[tokio::test]
async fn a_looked_up_message_has_twilios_segments_and_price() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let script = system.twilio().script();
    script.on_callback(FaultRule::next(CallbackFault::Dropped).times(u32::MAX));
    script.on_create(FaultRule::next(CreateFault::DropResponse));
    let thread = conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    anna.send(&thread, &"x".repeat(200)).await;
    system.wait_until_idle().await;
    let before_look_up = anna.messages(&thread).await[0].clone();
    assert_eq!(
        (&before_look_up["status"], &before_look_up["price"]),
        (&"unknown".into(), &json!(null))
    );
    system.advance(Duration::from_secs(61));
    system.inner().run_schedule("sweep").await.unwrap();
    system.wait_until_idle().await;
    let after_look_up = anna.messages(&thread).await[0].clone();
    assert_eq!(
        (&after_look_up["send_result"]["kind"], &after_look_up["segments"]),
        (&"accepted".into(), &2.into())
    );
    assert_eq!(after_look_up["price"], json!({ "amount": "-0.01580", "unit": "USD" }));
    system.stop().await;
}
