//! `POST /twilio/deliveries/{conversation}/{message}`: status callbacks.

use serde_json::{Value, json};

use super::quarantine_reasons;
use crate::support::table::{TABLE, rows};
use crate::support::user::conversation_id;
use crate::support::webhook::{new_sid, params};
use crate::support::{TestSystem, TestUser, Webhook, customer_number};

/// Returns a delivered outbound message.
async fn send_delivered(system: &TestSystem, user: &TestUser<'_>) -> Value {
    let conversation = user.start_conversation(&customer_number()).await;
    user.send(conversation_id(&conversation), "Hi").await;
    system.wait_until_idle().await;
    user.messages(conversation_id(&conversation)).await[0].clone()
}

async fn reload(user: &TestUser<'_>, message: &Value) -> Value {
    user.messages(message["conversation_id"].as_str().unwrap()).await[0].clone()
}

#[tokio::test]
async fn a_status_never_goes_back_and_the_first_final_status_is_kept() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let message = send_delivered(&system, &anna).await;
    for status in ["queued", "sending", "sent", "failed", "delivered", "undelivered"] {
        let response = Webhook::delivery(&system, &message, status).send().await;
        assert_eq!((response.status, &*response.text), (204, ""));
    }
    let after = reload(&anna, &message).await;
    assert_eq!((&after["status"], &after["error"]), (&"delivered".into(), &json!(null)));
    assert_eq!(after["statuses"]["delivered"], message["statuses"]["delivered"]);
    Webhook::delivery(&system, &message, "read").send().await.expect_status(204);
    assert_eq!(reload(&anna, &message).await["status"], "read");
    system.stop().await;
}

#[tokio::test]
async fn a_delivery_report_for_a_missing_message_writes_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let mut message = send_delivered(&system, &anna).await;
    let before = rows(&system, TABLE).await;
    message["message_id"] = "01ARZ3NDEKTSV4RRFFQ69G5FAV".into();
    Webhook::delivery(&system, &message, "delivered").send().await.expect_status(204);
    message["conversation_id"] = "a".repeat(26).into();
    Webhook::delivery(&system, &message, "delivered").send().await.expect_status(204);
    assert_eq!(rows(&system, TABLE).await, before);
    system.stop().await;
}

#[tokio::test]
async fn a_signed_but_invalid_delivery_report_is_quarantined_with_a_reason() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let message = send_delivered(&system, &anna).await;
    let path = |conversation: &str, id: &str| format!("/twilio/deliveries/{conversation}/{id}");
    let (conversation, id) =
        (message["conversation_id"].as_str().unwrap(), message["message_id"].as_str().unwrap());
    let account_sid = system.inner().settings().account_sid.clone();
    let (account, other_account) = (&*account_sid, "AC99999999999999999999999999999999");
    let sid = new_sid("SM");
    let form = |sender_account: &str, status: &str| {
        params(&[("MessageSid", &sid), ("AccountSid", sender_account), ("MessageStatus", status)])
    };
    let cases = [
        (path("x", id), form(account, "sent"), "unknown_message"),
        (path(conversation, "x"), form(account, "sent"), "unknown_message"),
        (path(conversation, id), form(other_account, "sent"), "foreign_account"),
        (path(conversation, id), form(account, "teleported"), "unreadable"),
        (path(conversation, id), params(&[("AccountSid", account)]), "unreadable"),
        (path(conversation, id), vec![], "unreadable"),
    ];
    for (target, form, reason) in cases {
        Webhook::form(&system, &target, &form).send().await.expect_status(200);
        assert_eq!(quarantine_reasons(&anna).await[0], reason, "{target} {form:?}");
        system.advance(std::time::Duration::from_millis(2));
    }
    assert_eq!(reload(&anna, &message).await, message);
    system.stop().await;
}

#[tokio::test]
async fn a_delivery_report_signed_for_another_message_is_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (first, second) =
        (send_delivered(&system, &anna).await, send_delivered(&system, &anna).await);
    let target = |message: &Value| {
        let field = |name: &str| message[name].as_str().unwrap().to_owned();
        format!("/twilio/deliveries/{}/{}", field("conversation_id"), field("message_id"))
    };
    let form = params(&[("MessageSid", first["sid"].as_str().unwrap()), ("MessageStatus", "read")]);
    let token = &system.inner().settings().auth_token;
    let signature = crate::support::webhook::sign(token, &system.url(&target(&first)), &form);
    let webhook = Webhook::form(&system, &target(&second), &form).signature(Some(&signature));
    webhook.send().await.expect_error(403);
    assert_eq!(reload(&anna, &second).await["status"], "delivered");
    system.stop().await;
}
