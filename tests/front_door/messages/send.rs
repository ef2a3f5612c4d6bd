//! `POST /api/conversations/{id}/messages`.

use std::time::Duration;

use futures_util::future::join_all;
use local::twilio::{CallbackFault, CreateFault, Rule};
use reqwest::Method;
use serde_json::{Value, json};

use super::{refused, started};
use crate::desk::person::{bodies, id, key};
use crate::desk::{Desk, OURS, customer};

#[tokio::test]
async fn a_message_is_taken_at_once_and_carried_to_the_phone() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let thread = id(&anna.start(&number).await).to_owned();
    let key = key();
    let taken = anna.try_send(&thread, "Hello 👋\nsecond line", &key).await.is(202);
    assert_eq!((&taken["status"], &taken["author"]), (&"queued".into(), &"admin".into()));
    assert_eq!((&taken["idempotency_key"], &taken["sid"]), (&key.into(), &json!(null)));
    assert_eq!((&taken["direction"], &taken["twilio_number"]), (&"outbound".into(), &OURS.into()));
    assert_eq!(taken["intent"], json!({ "state": "ready", "step": 1 }));
    desk.settle().await;
    let now = &anna.messages(&thread).await[0];
    assert_eq!((&now["status"], &now["intent"]), (&"delivered".into(), &json!(null)));
    let carried = desk.twilio().messages().unwrap();
    assert_eq!(carried[0].body, "Hello 👋\nsecond line");
    assert_eq!((&carried[0].to, now["sid"].as_str()), (&number, Some(&*carried[0].sid)));
    desk.close().await;
}

#[tokio::test]
async fn the_same_click_twice_is_one_message() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (thread, key) = (started(&anna).await, key());
    let clicks = join_all((0..8).map(|_| anna.try_send(&thread, "Once", &key))).await;
    let clicks: Vec<Value> = clicks.into_iter().map(|answer| answer.is(202)).collect();
    assert!(clicks.iter().all(|click| click["message_id"] == clicks[0]["message_id"]));
    desk.settle().await;
    let late = anna.try_send(&thread, "Once", &key).await.is(202);
    assert_eq!(
        (&late["message_id"], &late["status"]),
        (&clicks[0]["message_id"], &"delivered".into())
    );
    assert_eq!(anna.messages(&thread).await.len(), 1);
    assert_eq!(desk.twilio().creates().len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn a_key_belongs_to_one_text_in_one_conversation_of_one_person() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let berta = desk.agent(&anna, "berta").await;
    let (thread, other, key) = (started(&anna).await, started(&anna).await, key());
    anna.try_send(&thread, "One", &key).await.is(202);
    let said = anna.try_send(&thread, "Two", &key).await.says(409);
    assert_eq!(said, "This key was used for another message.");
    anna.try_send(&other, "One", &key).await.refused(409);
    let hers = berta.try_send(&thread, "One", &key).await.is(202);
    assert_eq!(hers["author"], "berta");
    assert_eq!(anna.messages(&thread).await.len(), 2);
    assert_eq!(anna.messages(&other).await.len(), 0);
    desk.close().await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_the_reason_and_nothing_is_stored() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    for empty in ["", "   ", "\n\t\u{a0}"] {
        let said = anna.try_send(&thread, empty, &key()).await.says(422);
        assert_eq!(said, "The message is empty. Write something first.");
    }
    let long = "ä".repeat(1_601);
    let said = anna.try_send(&thread, &long, &key()).await.says(422);
    assert_eq!(
        said,
        "The message has 1601 characters; at most 1,600 can be sent. Shorten it, or send it in parts."
    );
    for odd in ["", "short", "has spaces in it", "quote'quote'", &"x".repeat(65), "müller-müller"]
    {
        anna.try_send(&thread, "Hi", odd).await.refused(422);
    }
    let megabyte = "x".repeat(1024 * 1024);
    anna.try_send(&thread, &megabyte, &key()).await.refused(413);
    let path = format!("/api/conversations/{thread}/messages");
    let odd = [
        json!({ "body": "Hi", "idempotency_key": key(), "from": OURS }),
        json!({ "body": "Hi" }),
        json!({ "body": null, "idempotency_key": key() }),
        json!({ "body": ["Hi"], "idempotency_key": key() }),
    ];
    for body in odd {
        anna.post(&path, body).await.refused(400);
    }
    let lone = r#"{"body": "\ud800", "idempotency_key": "click-surrogate"}"#;
    anna.call(Method::POST, &path).raw(lone).send().await.refused(400);
    anna.call(Method::POST, &path).form_body(b"body=Hi".to_vec()).send().await.refused(400);
    assert_eq!(anna.messages(&thread).await.len(), 0);
    assert!(desk.twilio().creates().is_empty());
    desk.close().await;
}

#[tokio::test]
async fn a_body_larger_than_the_gateway_takes_is_refused_too() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    let path = format!("/api/conversations/{thread}/messages");
    let call = anna.call(Method::POST, &path).raw(vec![b'x'; 11 * 1024 * 1024]);
    assert_eq!(call.send_unchecked().await.status, 413);
    anna.send(&thread, "The next one works").await;
    desk.close().await;
}

#[tokio::test]
async fn strange_texts_are_kept_as_they_are() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    let marks = format!("e{}", "\u{301}".repeat(1_599));
    let strange = [
        "<img src=x onerror=alert(1)>",
        "</script><svg onload=1>{{x}} ${x} javascript:x",
        "\u{202e}right to left \u{200b}\u{200d}",
        "a\u{0}b\u{1}",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦",
        "%00 %F0 %ZZ ' \" ; --",
        &marks,
    ];
    for text in strange {
        assert_eq!(anna.send(&thread, text).await["body"], text);
    }
    assert_eq!(bodies(&anna.messages(&thread).await), strange);
    desk.close().await;
}

#[tokio::test]
async fn writing_into_a_closed_conversation_opens_it_and_moves_it_up() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (closed, other) = (started(&anna).await, started(&anna).await);
    anna.update(&closed, json!({ "status": "closed" })).await.is(200);
    anna.send(&closed, "Still there?").await;
    let list = anna.list("").await["conversations"].clone();
    assert_eq!((id(&list[0]), id(&list[1])), (&*closed, &*other));
    assert_eq!(
        (&list[0]["status"], &list[0]["preview"]["body"]),
        (&"open".into(), &"Still there?".into())
    );
    assert_eq!(list[0]["unread_count"], 0);
    desk.close().await;
}

#[tokio::test]
async fn a_conversation_that_is_not_there_takes_no_message() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for id in ["e".repeat(26), "x".to_owned(), "%00".to_owned()] {
        anna.try_send(&id, "Hi", &key()).await.refused(404);
    }
    desk.close().await;
}

#[tokio::test]
async fn what_twilio_refuses_is_told_in_plain_words() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let message = refused(&desk, &anna, "Hi").await;
    assert_eq!(message["status"], "refused");
    assert_eq!(message["outcome"], json!({ "kind": "refused", "code": 21211 }));
    let error = &message["error"];
    assert_eq!(error["code"], 21211);
    let (title, advice) = (error["title"].as_str().unwrap(), error["advice"].as_str().unwrap());
    assert!(!title.contains("21211") && advice.ends_with('.'), "{title} {advice}");
    desk.close().await;
}

#[tokio::test]
async fn a_send_that_was_looked_up_at_twilio_shows_the_parts_and_the_price_that_stand_there() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let script = desk.twilio().script();
    script.on_callback(Rule::next(CallbackFault::Dropped).times(u32::MAX));
    script.on_create(Rule::next(CreateFault::LoseAnswer));
    let thread = id(&anna.start(&customer()).await).to_owned();
    anna.send(&thread, &"x".repeat(200)).await;
    desk.settle().await;
    let before = anna.messages(&thread).await[0].clone();
    assert_eq!((&before["status"], &before["price"]), (&"unknown".into(), &json!(null)));
    desk.pass(Duration::from_secs(61));
    desk.system().run_schedule("sweep").await.unwrap();
    desk.settle().await;
    let found = anna.messages(&thread).await[0].clone();
    assert_eq!((&found["outcome"]["kind"], &found["segments"]), (&"sent".into(), &2.into()));
    assert_eq!(found["price"], json!({ "amount": "-0.01580", "unit": "USD" }));
    desk.close().await;
}
