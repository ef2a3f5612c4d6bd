//! Who a webhook is about: unusual senders, spellings of a number, user IDs, and forms at the wrong URL.

use serde_json::{Value, json};

use super::quarantine_items;
use crate::support::user::{bodies, new_idempotency_key};
use crate::support::webhook::{Form, inbound_text_form, new_sid, params, with_param};
use crate::support::{BUSINESS_NUMBER, TestSystem, TestUser, Webhook, customer_number};

const WHATSAPP: &str = "whatsapp:+18555080990";

async fn post(system: &TestSystem, form: &Form) {
    Webhook::form(system, "/twilio/messages", form).send().await.expect_status(200);
}

async fn receive_whatsapp(system: &TestSystem, from: &str, user_id: Option<&str>, body: &str) {
    let form = inbound_text_form(system, &new_sid("SM"), from, body);
    let form = with_param(form, "To", WHATSAPP);
    let form = match user_id {
        Some(user_id) => with_param(form, "ExternalUserId", user_id),
        None => form,
    };
    post(system, &form).await;
}

async fn newest(user: &TestUser<'_>) -> Value {
    user.list_conversations("").await["conversations"][0].clone()
}

fn id(conversation: &Value) -> &str {
    conversation["conversation_id"].as_str().unwrap()
}

#[tokio::test]
async fn a_sender_is_stored_under_the_name_that_the_network_writes() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for name in [
        "GOV.UK",
        "Sam's Pizza",
        "M!Shop",
        "+28849",
        "123456789",
        "07700900123",
        "15551234567",
        "BIGSENDERID12",
        "Ärzte",
        "AMAZON",
        "مصرف",
    ] {
        let form = inbound_text_form(&system, &new_sid("SM"), name, "Your code is 1234");
        post(&system, &with_param(form, "OtherRecipients0", "M!Shop")).await;
        let conversation = newest(&anna).await;
        assert_eq!(conversation["mobile_number"], name);
        let path = format!("/api/conversations/{}/messages/check", id(&conversation));
        let check = anna.post(&path, json!({ "body": "Hi", "media": [] })).await.expect_status(200);
        assert_eq!(check["reasons"][0]["code"], "no_replies", "{name}");
        let error = anna.try_send(id(&conversation), "Hi", &new_idempotency_key()).await;
        error.expect_error(422);
    }
    assert_eq!(quarantine_items(&anna).await, [Value::Null; 0]);
    // A short code has written to a number of its own country.
    post(&system, &inbound_text_form(&system, &new_sid("SM"), "68849", "Reply YES")).await;
    let conversation = newest(&anna).await;
    anna.try_send(id(&conversation), "Yes", &new_idempotency_key()).await.expect_status(202);
    system.stop().await;
}

#[tokio::test]
async fn both_spellings_of_a_number_are_one_conversation_and_the_last_one_is_written_to() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for (typed, written) in [
        ("+52 55 1234 5678", "whatsapp:+5215512345678"),
        ("+54 11 5555 0148", "whatsapp:+5491155550148"),
        ("+55 11 98765 4321", "whatsapp:+551187654321"),
    ] {
        let body = json!({ "to": typed, "channel": "whatsapp" });
        let started = anna.post("/api/conversations", body).await.expect_status(201);
        receive_whatsapp(&system, written, None, "reply").await;
        let conversation = newest(&anna).await;
        assert_eq!(id(&conversation), id(&started), "{typed}");
        assert_eq!(conversation["mobile_number"], written);
        let again = json!({ "to": typed, "channel": "whatsapp" });
        let existing = anna.post("/api/conversations", again).await.expect_status(200);
        assert_eq!(id(&existing), id(&started));
        // Every number that the desk displays can be typed back.
        for shown in ["national", "e164"] {
            let shown = conversation["phone_number"][shown].as_str().unwrap();
            let shown = if shown.starts_with('+') { shown } else { typed };
            let body = json!({ "number": shown, "channel": "whatsapp" });
            let check = anna.post("/api/numbers/check", body).await.expect_status(200);
            assert_eq!(check["conversation"]["conversation_id"], id(&started), "{shown}");
        }
        anna.try_send(id(&started), "Hello", &new_idempotency_key()).await.expect_status(202);
        system.wait_until_idle().await;
        let sent = system.twilio().creates();
        assert_eq!(sent.last().unwrap().to, written);
    }
    // An opt-out from one spelling counts for the other.
    receive_whatsapp(&system, "whatsapp:+525512345678", None, "STOP").await;
    let conversation = newest(&anna).await;
    let path = format!("/api/conversations/{}/consent", id(&conversation));
    receive_whatsapp(&system, "whatsapp:+5215512345678", None, "Hi").await;
    let records = anna.get(&path).await.expect_status(200)["records"].clone();
    assert_eq!((records.as_array().unwrap().len(), &records[0]["state"]), (1, &"opted_out".into()));
    system.stop().await;
}

#[tokio::test]
async fn a_user_id_leads_to_the_conversation_of_the_phone_number() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let user_id = "whatsapp:US.1349120865530274";
    let number = format!("whatsapp:{}", customer_number());
    receive_whatsapp(&system, &number, None, "before").await;
    receive_whatsapp(&system, &number, Some(user_id), "with my number").await;
    receive_whatsapp(&system, user_id, Some(user_id), "after I took a username").await;
    receive_whatsapp(&system, user_id, None, "STOP").await;
    let conversations = anna.list_conversations("").await["conversations"].clone();
    assert_eq!(conversations.as_array().unwrap().len(), 1);
    let conversation = conversations[0].clone();
    assert_eq!(conversation["mobile_number"], number);
    assert_eq!(conversation["consent"]["state"], "opted_out");
    let texts = anna.messages(id(&conversation)).await;
    let expected = ["before", "with my number", "after I took a username", "STOP"];
    assert_eq!(bodies(&texts), expected);
    // Another contact with a user ID only has a conversation of their own.
    receive_whatsapp(&system, "whatsapp:DE.77", None, "Hallo").await;
    assert_ne!(id(&newest(&anna).await), id(&conversation));
    system.stop().await;
}

#[tokio::test]
async fn a_form_is_processed_by_its_content_whichever_url_it_arrives_at() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    let thread = anna.conversation_id_with(&number).await;
    anna.send(&thread, "Hello").await;
    system.wait_until_idle().await;
    let message = anna.messages(&thread).await[1].clone();
    let report = |status: &str, to: &str| {
        params(&[
            ("SmsSid", message["sid"].as_str().unwrap()),
            ("MessageSid", message["sid"].as_str().unwrap()),
            ("AccountSid", &system.inner().settings().account_sid),
            ("SmsStatus", status),
            ("MessageStatus", status),
            ("From", BUSINESS_NUMBER),
            ("To", to),
        ])
    };
    post(&system, &report("read", &number)).await;
    post(&system, &report("delivered", BUSINESS_NUMBER)).await;
    let messages = anna.messages(&thread).await;
    assert_eq!((messages.len(), &messages[1]["status"]), (2, &"read".into()));
    assert_eq!(quarantine_items(&anna).await, [Value::Null; 0]);

    let target = format!("/twilio/deliveries/{thread}/{}", message["message_id"].as_str().unwrap());
    let inbound = inbound_text_form(&system, &new_sid("SM"), &number, "At the wrong URL");
    Webhook::form(&system, &target, &inbound).send().await.expect_status(200);
    assert_eq!(bodies(&anna.messages(&thread).await)[2], "At the wrong URL");
    system.stop().await;
}

#[tokio::test]
async fn a_report_of_another_message_or_with_an_inbound_status_changes_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    let thread = anna.conversation_id_with(&number).await;
    anna.send(&thread, "One").await;
    anna.send(&thread, "Two").await;
    system.wait_until_idle().await;
    let before = anna.messages(&thread).await;
    let mut other = before[1].clone();
    for (sid, status) in [
        (before[2]["sid"].clone(), "failed"),
        (json!(new_sid("SM")), "read"),
        (before[0]["sid"].clone(), "undelivered"),
        (before[1]["sid"].clone(), "received"),
    ] {
        other["sid"] = sid;
        let answer = Webhook::delivery(&system, &other, status).send().await;
        assert!((200..300).contains(&answer.status), "{status}");
    }
    let after = anna.messages(&thread).await;
    assert_eq!(after[..3], before[..3]);
    system.stop().await;
}

#[tokio::test]
async fn a_message_from_our_own_number_or_an_unknown_service_is_quarantined_and_releasable() {
    let service = "MG00000000000000000000000000000001";
    let system = TestSystem::start_with(|options| {
        options.settings.senders.messaging_service_sid = Some(service.to_owned());
    })
    .await;
    let anna = system.admin().await;
    let own = inbound_text_form(&system, &new_sid("SM"), BUSINESS_NUMBER, "An echo");
    post(&system, &own).await;
    let text = inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Hi");
    post(&system, &with_param(text.clone(), "MessagingServiceSid", &service.replace('1', "2")))
        .await;
    let reasons: Vec<_> =
        quarantine_items(&anna).await.iter().map(|item| item["reason"].clone()).collect();
    assert_eq!(reasons, [json!("unknown_service"), json!("own_number")]);
    assert_eq!(anna.list_conversations("").await["conversations"], json!([]));
    post(&system, &with_param(text, "MessagingServiceSid", service)).await;
    assert_eq!(anna.list_conversations("").await["conversations"].as_array().unwrap().len(), 1);
    system.stop().await;
}
