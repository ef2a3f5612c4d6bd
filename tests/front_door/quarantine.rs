//! `GET /api/quarantine` and `POST /api/quarantine/{id}/release`.

use std::path::Path;

use local::Options;
use serde_json::{Value, json};

use crate::support::port::free_port;
use crate::support::table::{TABLE, count_rows};
use crate::support::user::bodies;
use crate::support::webhook::{inbound_text_form, new_sid, params, sign, with_param};
use crate::support::{TestResponse, TestSystem, TestUser, Webhook, customer_number};

const UNKNOWN_NUMBER: &str = "+12025550100";

async fn quarantine_items(user: &TestUser<'_>) -> Vec<Value> {
    user.get("/api/quarantine").await.expect_status(200)["items"].as_array().unwrap().clone()
}

async fn release(user: &TestUser<'_>, item: &Value) -> TestResponse {
    let id = item["quarantine_id"].as_str().unwrap();
    user.post(&format!("/api/quarantine/{id}/release"), json!({})).await
}

/// Starts a system that stores its state in a folder.
async fn start_with_state(state: &Path, configure: impl FnOnce(&mut Options)) -> TestSystem {
    TestSystem::start_with(|options| {
        options.state = Some(state.to_owned());
        configure(options);
    })
    .await
}

#[tokio::test]
async fn a_quarantined_message_is_stored_once_its_number_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let system = start_with_state(folder.path(), |_| {}).await;
    let anna = system.admin().await;
    let number = customer_number();
    let form = with_param(
        inbound_text_form(&system, &new_sid("SM"), &number, "Is this on?"),
        "To",
        UNKNOWN_NUMBER,
    );
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_status(200);
    let item = quarantine_items(&anna).await[0].clone();
    let detail = release(&anna, &item).await.error_detail(422);
    assert_eq!(detail, "The recipient number is not configured.");
    assert_eq!(quarantine_items(&anna).await, std::slice::from_ref(&item), "it stays");
    system.stop().await;

    let configure =
        |options: &mut Options| options.settings.senders.number = UNKNOWN_NUMBER.to_owned();
    let system = start_with_state(folder.path(), configure).await;
    let anna = system.admin().await;
    let released = release(&anna, &item).await.expect_status(200);
    assert_eq!(
        (&released["released"], &released["message"]["body"]),
        (&true.into(), &"Is this on?".into())
    );
    assert_eq!(quarantine_items(&anna).await, [Value::Null; 0]);
    release(&anna, &item).await.expect_error(404);
    let id = anna.conversation_id_with(&number).await;
    assert_eq!(bodies(&anna.messages(&id).await), ["Is this on?"]);
    assert_eq!(anna.get_conversation(&id).await["unread_count"], 1);
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_status(200);
    assert_eq!(anna.messages(&id).await.len(), 1, "Twilio's own retry adds nothing");
    system.stop().await;
}

#[tokio::test]
async fn releasing_an_already_stored_message_does_not_duplicate_it() {
    let folder = tempfile::tempdir().unwrap();
    let system = start_with_state(folder.path(), |_| {}).await;
    let number = customer_number();
    let form =
        with_param(inbound_text_form(&system, &new_sid("SM"), &number, "Hi"), "To", UNKNOWN_NUMBER);
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_status(200);
    system.stop().await;

    let configure =
        |options: &mut Options| options.settings.senders.number = UNKNOWN_NUMBER.to_owned();
    let system = start_with_state(folder.path(), configure).await;
    let anna = system.admin().await;
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_status(200);
    let item = quarantine_items(&anna).await[0].clone();
    let released = release(&anna, &item).await.expect_status(200);
    assert_eq!(released, json!({ "released": true, "message": null }));
    assert_eq!(anna.messages(&anna.conversation_id_with(&number).await).await.len(), 1);
    system.stop().await;
}

#[tokio::test]
async fn releasing_a_delivery_report_applies_its_error_code() {
    const OTHER_ACCOUNT: &str = "AC99999999999999999999999999999999";
    let folder = tempfile::tempdir().unwrap();
    let system = start_with_state(folder.path(), |_| {}).await;
    let anna = system.admin().await;
    let thread = anna.start_conversation(&customer_number()).await["conversation_id"]
        .as_str()
        .unwrap()
        .to_owned();
    anna.send(&thread, "Hello").await;
    system.wait_until_idle().await;
    let message = anna.messages(&thread).await[0].clone();
    let form = params(&[
        ("MessageSid", message["sid"].as_str().unwrap()),
        ("AccountSid", OTHER_ACCOUNT),
        ("MessageStatus", "failed"),
        ("ErrorCode", "21610"),
    ]);
    let target = format!("/twilio/deliveries/{thread}/{}", message["message_id"].as_str().unwrap());
    Webhook::form(&system, &target, &form).send().await.expect_status(200);
    assert_eq!(anna.get_conversation(&thread).await["consent"], Value::Null);
    system.stop().await;

    let configure = |options: &mut Options| options.settings.account_sid = OTHER_ACCOUNT.to_owned();
    let system = start_with_state(folder.path(), configure).await;
    let anna = system.admin().await;
    let item = quarantine_items(&anna).await[0].clone();
    release(&anna, &item).await.expect_status(200);
    assert_eq!(anna.get_conversation(&thread).await["consent"]["state"], "opted_out");
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_signature_is_verified_again_on_release() {
    let folder = tempfile::tempdir().unwrap();
    let system = start_with_state(folder.path(), |options| options.port = free_port()).await;
    let anna = system.admin().await;
    let port = system.port();
    let form =
        inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Signed by the next token");
    let signature = sign("the next token", &system.url("/twilio/messages"), &form);
    let webhook = Webhook::form(&system, "/twilio/messages", &form).signature(Some(&signature));
    webhook.send().await.expect_error(403);
    let item = quarantine_items(&anna).await[0].clone();
    assert_eq!((&item["reason"], &item["signed"]), (&"signature".into(), &false.into()));
    let detail = release(&anna, &item).await.error_detail(422);
    assert_eq!(detail, "The Twilio signature is still invalid.");
    system.stop().await;

    let system = start_with_state(folder.path(), |options| {
        options.port = port;
        options.settings.auth_token = "the next token".to_owned();
    })
    .await;
    let anna = system.admin().await;
    let released = release(&anna, &item).await.expect_status(200);
    assert_eq!(released["message"]["body"], "Signed by the next token");
    assert_eq!(count_rows(&system, TABLE, "QUARANTINE").await, 0);
    system.stop().await;
}

#[tokio::test]
async fn a_bulk_release_processes_one_reason_and_keeps_what_still_fails() {
    let folder = tempfile::tempdir().unwrap();
    let system = start_with_state(folder.path(), |_| {}).await;
    let number = customer_number();
    for (index, to) in [UNKNOWN_NUMBER, "+12025550199", UNKNOWN_NUMBER].into_iter().enumerate() {
        let form = with_param(
            inbound_text_form(&system, &new_sid("SM"), &number, &format!("Text {index}")),
            "To",
            to,
        );
        Webhook::form(&system, "/twilio/messages", &form).send().await.expect_status(200);
    }
    let account = &system.inner().settings().account_sid;
    let data = json!({
        "messageSid": new_sid("SM"), "accountSid": account, "from": number, "to": UNKNOWN_NUMBER, "body": "An event",
    });
    let event = json!({ "type": "com.twilio.messaging.inbound-message.received", "data": data });
    assert_eq!(Webhook::events(&system, &event).send().await.status, 204);
    let invalid_form =
        with_param(inbound_text_form(&system, "SM1", &number, "x"), "To", UNKNOWN_NUMBER);
    Webhook::form(&system, "/twilio/messages", &invalid_form).send().await.expect_status(200);
    system.stop().await;

    let configure =
        |options: &mut Options| options.settings.senders.number = UNKNOWN_NUMBER.to_owned();
    let system = start_with_state(folder.path(), configure).await;
    let anna = system.admin().await;
    let body = json!({ "reason": "unknown_number" });
    let result = anna.post("/api/quarantine/release", body.clone()).await.expect_status(200);
    assert_eq!(result, json!({ "released": 3, "remaining": 1, "cursor": null }));
    let mut remaining: Vec<String> =
        quarantine_items(&anna).await.iter().map(|item| item["reason"].to_string()).collect();
    remaining.sort();
    assert_eq!(remaining, ["\"unknown_number\"", "\"unreadable\""]);
    let mut texts = anna.messages(&anna.conversation_id_with(&number).await).await;
    texts.sort_by_key(|message| message["body"].to_string());
    assert_eq!(bodies(&texts), ["An event", "Text 0", "Text 2"]);
    let repeated = anna.post("/api/quarantine/release", body).await.expect_status(200);
    assert_eq!((&repeated["released"], &repeated["remaining"]), (&0.into(), &1.into()));
    let berta = system.agent(&anna, "berta").await;
    berta.post("/api/quarantine/release", json!({ "reason": "x" })).await.expect_error(403);
    let forged_cursor = json!({ "reason": "unknown_number", "cursor": "x" });
    anna.post("/api/quarantine/release", forged_cursor).await.expect_error(400);
    system.stop().await;
}

#[tokio::test]
async fn a_quarantined_delivery_report_is_released() {
    let folder = tempfile::tempdir().unwrap();
    let system = start_with_state(folder.path(), |options| options.port = free_port()).await;
    let port = system.port();
    let anna = system.admin().await;
    let conversation = anna.start_conversation(&customer_number()).await;
    let message = anna.send(conversation["conversation_id"].as_str().unwrap(), "Hi").await;
    system.wait_until_idle().await;
    let delivery_form = |sid: &str| {
        let account = &system.inner().settings().account_sid;
        params(&[("MessageSid", sid), ("AccountSid", account), ("MessageStatus", "read")])
    };
    let field = |name: &str| message[name].as_str().unwrap().to_owned();
    let path = format!("/twilio/deliveries/{}/{}", field("conversation_id"), field("message_id"));
    let stored = anna.messages(&field("conversation_id")).await[0].clone();
    let form = delivery_form(stored["sid"].as_str().unwrap());
    let signature = sign("the next token", &system.url(&path), &form);
    Webhook::form(&system, &path, &form).signature(Some(&signature)).send().await.expect_error(403);
    let unknown_path = "/twilio/deliveries/unknown/unknown";
    let unknown = delivery_form(&new_sid("SM"));
    assert_eq!(Webhook::form(&system, unknown_path, &unknown).send().await.status, 200);
    system.stop().await;

    let system = start_with_state(folder.path(), |options| {
        options.port = port;
        options.settings.auth_token = "the next token".to_owned();
    })
    .await;
    let anna = system.admin().await;
    let items = quarantine_items(&anna).await;
    let by_path = |path: &str| items.iter().find(|item| item["path"] == path).unwrap().clone();
    let released = release(&anna, &by_path(&path)).await.expect_status(200);
    assert_eq!(released, json!({ "released": true, "message": null }));
    let message_after = anna.messages(&field("conversation_id")).await[0].clone();
    assert_eq!(message_after["status"], "read");
    let detail = release(&anna, &by_path(unknown_path)).await.error_detail(422);
    assert_eq!(detail, "Status callback for an unknown message.");
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_release_request_is_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for id in ["x", "slot-001", "META", "%00", "0123456789abcdef0123456789abcdef"] {
        let path = format!("/api/quarantine/{id}/release");
        anna.post(&path, json!({})).await.expect_error(404);
    }
    let path = "/api/quarantine/slot-001/release";
    anna.post(path, json!({ "force": true })).await.expect_error(400);
    for query in ["limit=0", "limit=101", "cursor=x", "filter=open"] {
        anna.get(&format!("/api/quarantine?{query}")).await.expect_error(400);
    }
    system.stop().await;
}

#[tokio::test]
async fn an_agent_cannot_list_or_release_quarantine() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let berta = system.agent(&anna, "berta").await;
    let form = with_param(
        inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Hi"),
        "To",
        UNKNOWN_NUMBER,
    );
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_status(200);
    let item = quarantine_items(&anna).await[0].clone();
    assert_eq!(berta.get("/api/quarantine").await.error_detail(403), "Only admins can do this.");
    release(&berta, &item).await.expect_error(403);
    assert_eq!(quarantine_items(&anna).await, [item]);
    system.stop().await;
}
