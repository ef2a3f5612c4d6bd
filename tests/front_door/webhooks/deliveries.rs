//! `POST /twilio/deliveries/{conversation}/{message}`: Twilio's word on a message of ours.

use serde_json::{Value, json};

use super::reasons;
use crate::desk::person::id;
use crate::desk::table::{TABLE, rows};
use crate::desk::webhook::{params, sid};
use crate::desk::{Desk, Person, Webhook, customer};

/// A message that stands as delivered.
async fn delivered(desk: &Desk, person: &Person<'_>) -> Value {
    let conversation = person.start(&customer()).await;
    person.send(id(&conversation), "Hi").await;
    desk.settle().await;
    person.messages(id(&conversation)).await[0].clone()
}

async fn now(person: &Person<'_>, message: &Value) -> Value {
    person.messages(message["conversation_id"].as_str().unwrap()).await[0].clone()
}

#[tokio::test]
async fn a_status_never_goes_back_and_the_first_of_two_ends_stands() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let message = delivered(&desk, &anna).await;
    for status in ["queued", "sending", "sent", "failed", "delivered", "undelivered"] {
        let answer = Webhook::delivery(&desk, &message, status).send().await;
        assert_eq!((answer.status, &*answer.text), (204, ""));
    }
    let after = now(&anna, &message).await;
    assert_eq!((&after["status"], &after["error"]), (&"delivered".into(), &json!(null)));
    assert_eq!(after["seen"]["delivered"], message["seen"]["delivered"]);
    Webhook::delivery(&desk, &message, "read").send().await.is(204);
    assert_eq!(now(&anna, &message).await["status"], "read");
    desk.close().await;
}

#[tokio::test]
async fn what_it_says_of_a_message_that_is_not_there_revives_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mut message = delivered(&desk, &anna).await;
    let before = rows(&desk, TABLE).await;
    message["message_id"] = "01ARZ3NDEKTSV4RRFFQ69G5FAV".into();
    Webhook::delivery(&desk, &message, "delivered").send().await.is(204);
    message["conversation_id"] = "a".repeat(26).into();
    Webhook::delivery(&desk, &message, "delivered").send().await.is(204);
    assert_eq!(rows(&desk, TABLE).await, before);
    desk.close().await;
}

#[tokio::test]
async fn a_signed_report_that_makes_no_sense_is_kept_with_its_reason() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let message = delivered(&desk, &anna).await;
    let path = |conversation: &str, id: &str| format!("/twilio/deliveries/{conversation}/{id}");
    let (conversation, id) =
        (message["conversation_id"].as_str().unwrap(), message["message_id"].as_str().unwrap());
    let account = desk.system().settings().account_sid.clone();
    let (own, foreign) = (&*account, "AC99999999999999999999999999999999");
    let sid = sid("SM");
    let form = |account: &str, status: &str| {
        params(&[("MessageSid", &sid), ("AccountSid", account), ("MessageStatus", status)])
    };
    let cases = [
        (path("x", id), form(own, "sent"), "unknown_message"),
        (path(conversation, "x"), form(own, "sent"), "unknown_message"),
        (path(conversation, id), form(foreign, "sent"), "foreign_account"),
        (path(conversation, id), form(own, "teleported"), "unreadable"),
        (path(conversation, id), params(&[("AccountSid", own)]), "unreadable"),
        (path(conversation, id), vec![], "unreadable"),
    ];
    for (target, form, reason) in cases {
        Webhook::form(&desk, &target, &form).send().await.is(200);
        assert_eq!(reasons(&anna).await[0], reason, "{target} {form:?}");
        desk.pass(std::time::Duration::from_millis(2));
    }
    assert_eq!(now(&anna, &message).await, message);
    desk.close().await;
}

#[tokio::test]
async fn a_report_signed_for_another_message_is_refused() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (one, other) = (delivered(&desk, &anna).await, delivered(&desk, &anna).await);
    let target = |message: &Value| {
        let part = |name: &str| message[name].as_str().unwrap().to_owned();
        format!("/twilio/deliveries/{}/{}", part("conversation_id"), part("message_id"))
    };
    let form = params(&[("MessageSid", one["sid"].as_str().unwrap()), ("MessageStatus", "read")]);
    let token = &desk.system().settings().auth_token;
    let signature = crate::desk::webhook::sign(token, &desk.url(&target(&one)), &form);
    let webhook = Webhook::form(&desk, &target(&other), &form).signature(Some(&signature));
    webhook.send().await.refused(403);
    assert_eq!(now(&anna, &other).await["status"], "delivered");
    desk.close().await;
}
