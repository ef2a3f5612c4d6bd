//! WhatsApp, Messenger, RCS and Messaging Services, from a phone to the inbox and back.

use std::time::Duration;

use jiff::Timestamp;
use local::Options;
use serde_json::{Value, json};
use shared::conversation::{Conversation, ConversationId};

use crate::media::{send_with_uploads, upload_file};
use crate::support::table::put_row;
use crate::support::user::{conversation_id, new_idempotency_key};
use crate::support::webhook::{inbound_text_form, new_sid, with_param};
use crate::support::{BUSINESS_NUMBER, TestSystem, TestUser, Webhook, customer_number};

const SERVICE_SID: &str = "MG00000000000000000000000000000001";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n picture";

/// Puts our SMS and RCS senders into a Messaging Service.
fn configure_service(options: &mut Options) {
    options.settings.senders.messaging_service_sid = Some(SERVICE_SID.to_owned());
}

/// Returns the ID of the newest conversation in the list.
async fn newest_conversation_id(user: &TestUser<'_>) -> String {
    conversation_id(&user.list_conversations("").await["conversations"][0]).to_owned()
}

async fn check_send(user: &TestUser<'_>, thread: &str) -> Value {
    let path = format!("/api/conversations/{thread}/messages/check");
    user.post(&path, json!({ "body": "Hello", "media": [] })).await.expect_status(200)
}

/// Sends a message, waits until the system is idle and returns the message.
async fn send_and_reload(
    system: &TestSystem,
    user: &TestUser<'_>,
    thread: &str,
    body: &str,
) -> Value {
    let sent = user.send(thread, body).await;
    system.wait_until_idle().await;
    let path = format!("/api/conversations/{thread}/messages/");
    user.get(&format!("{path}{}", sent["message_id"].as_str().unwrap())).await.expect_status(200)
}

fn reason_codes(result: &Value) -> Vec<&str> {
    result["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["code"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_text_is_sent_through_the_messaging_service_from_the_conversations_number() {
    let system = TestSystem::start_with(configure_service).await;
    let anna = system.admin().await;
    let number = customer_number();
    let thread = conversation_id(&anna.start_conversation(&number).await).to_owned();
    let message = send_and_reload(&system, &anna, &thread, "Through the service").await;
    assert_eq!(
        (&message["status"], &message["sms_fallback"]),
        (&"delivered".into(), &json!(false))
    );
    let received = system.phone(&number).received_messages();
    assert_eq!(
        (received[0].extras.service.as_deref(), &*received[0].from),
        (Some(SERVICE_SID), BUSINESS_NUMBER)
    );
    assert_eq!(message["sid"], *received[0].sid);
    let create = &system.twilio().creates()[0];
    assert_eq!(create.sid.as_deref(), message["sid"].as_str());
    system.stop().await;
}

#[tokio::test]
async fn whatsapp_allows_free_form_text_only_within_24_hours_of_the_contacts_last_message() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let phone = system.phone(&format!("whatsapp:{}", customer_number()));
    phone.send_text("Hola").await;
    let thread = newest_conversation_id(&anna).await;
    assert_eq!(check_send(&anna, &thread).await["decision"], "allowed");
    assert_eq!(send_and_reload(&system, &anna, &thread, "Hello").await["status"], "delivered");

    system.advance(Duration::from_hours(24));
    let anna = anna.refresh().await;
    let result = check_send(&anna, &thread).await;
    assert_eq!(
        (&result["decision"], reason_codes(&result)),
        (&"template_required".into(), vec!["window_closed"])
    );
    let error = anna.try_send(&thread, "Too late", &new_idempotency_key()).await.expect_error(422);
    assert_eq!(
        (reason_codes(&error), &error["code"]),
        (vec!["window_closed"], &"send_not_allowed".into())
    );
    assert_eq!(system.twilio().creates().len(), 1);

    phone.send_text("Still there").await;
    assert_eq!(check_send(&anna, &thread).await["decision"], "allowed");
    assert_eq!(send_and_reload(&system, &anna, &thread, "Here").await["status"], "delivered");
    system.stop().await;
}

#[tokio::test]
async fn a_failure_with_63016_closes_the_24_hour_window() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    // The simulator does not know this text, so for it the window is not open.
    let phone = system.phone(&format!("whatsapp:{}", customer_number()));
    let form = with_param(
        inbound_text_form(&system, &new_sid("SM"), &phone.address, "Hola"),
        "To",
        &phone.business_address,
    );
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_acknowledgement();
    let thread = newest_conversation_id(&anna).await;
    assert!(anna.get_conversation(&thread).await["window_expires_at"].is_string());

    let failed = send_and_reload(&system, &anna, &thread, "Hello").await;
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&"failed".into(), &63016.into()));
    assert_eq!(anna.get_conversation(&thread).await["window_expires_at"], json!(null));
    assert_eq!(check_send(&anna, &thread).await["decision"], "template_required");
    anna.try_send(&thread, "Again", &new_idempotency_key()).await.expect_error(422);
    assert!(phone.received_messages().is_empty());
    system.stop().await;
}

#[tokio::test]
async fn inbound_times_are_compared_as_times_and_not_as_text() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let phone = system.phone(&format!("whatsapp:{}", customer_number()));
    phone.send_text("Hola").await;
    system.wait_until_idle().await;
    let thread = ConversationId::parse(&newest_conversation_id(&anna).await).unwrap();
    let store = system.inner().store();
    let timestamp = |text: &str| text.parse::<Timestamp>().unwrap();
    // In a comparison of texts, .12Z would be after .123Z.
    let (earlier, later) =
        (timestamp("2026-11-25T10:00:00.12Z"), timestamp("2026-11-25T10:00:00.123Z"));
    for (inbound_time, sent, is_open) in [(later, earlier, true), (earlier, later, false)] {
        let meta = store.get_conversation(&thread).await.unwrap().unwrap();
        let meta = Conversation { last_inbound_at: Some(inbound_time), ..meta };
        put_row(&system, &format!("CONV#{thread}"), "META", &meta).await;
        store.apply_error_code(&thread, sent, 63016).await.unwrap();
        let meta = store.get_conversation(&thread).await.unwrap().unwrap();
        assert_eq!(meta.last_inbound_at.is_some(), is_open, "written {inbound_time}, sent {sent}");
    }
    system.stop().await;
}

#[tokio::test]
async fn rcs_is_delivered_to_a_capable_phone_and_falls_back_to_sms_otherwise() {
    let system = TestSystem::start_with(configure_service).await;
    let anna = system.admin().await;
    let rcs_phone = system.phone(&format!("rcs:{}", customer_number()));
    rcs_phone.send_text("Hi by RCS").await;
    let thread = newest_conversation_id(&anna).await;
    let message = send_and_reload(&system, &anna, &thread, "Rich").await;
    assert_eq!(
        (&message["status"], &message["sms_fallback"]),
        (&"delivered".into(), &json!(false))
    );
    assert_eq!(rcs_phone.received_messages()[0].from, rcs_phone.business_address);

    let number = customer_number();
    let body = json!({ "to": number, "channel": "rcs" });
    let created = anna.post("/api/conversations", body).await.expect_status(201);
    let message = send_and_reload(&system, &anna, conversation_id(&created), "Plain").await;
    assert_eq!((&message["status"], &message["sms_fallback"]), (&"delivered".into(), &json!(true)));
    let received = system.phone(&number).received_messages();
    assert_eq!((&*received[0].from, &*received[0].body), (BUSINESS_NUMBER, "Plain"));
    system.stop().await;
}

#[tokio::test]
async fn a_contact_who_sent_stop_on_whatsapp_gets_no_messages_until_start() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let phone = system.phone(&format!("whatsapp:{}", customer_number()));
    phone.send_text("STOP").await;
    let thread = newest_conversation_id(&anna).await;
    assert_eq!(anna.get_conversation(&thread).await["consent"]["state"], "opted_out");
    let error =
        anna.try_send(&thread, "One more thing", &new_idempotency_key()).await.expect_error(422);
    assert_eq!(reason_codes(&error), ["opted_out"]);
    system.wait_until_idle().await;
    // On WhatsApp, only Partyline handles STOP. Neither Partyline nor the simulator replies to it.
    assert!(phone.received_messages().is_empty());

    phone.send_text("START").await;
    assert_eq!(anna.get_conversation(&thread).await["consent"]["state"], "opted_in");
    assert_eq!(
        send_and_reload(&system, &anna, &thread, "Welcome back").await["status"],
        "delivered"
    );
    assert_eq!(phone.received_messages().len(), 1);
    system.stop().await;
}

#[tokio::test]
async fn a_message_that_the_customer_opened_has_status_read() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let mut socket = anna.open_socket().await;
    let phone = system.phone(&format!("whatsapp:{}", customer_number()));
    phone.send_text("Hola").await;
    let thread = newest_conversation_id(&anna).await;
    let sent = send_and_reload(&system, &anna, &thread, "Hello").await;
    assert_eq!(sent["status"], "delivered");
    socket.watch(&system, &thread).await;
    phone.open_thread().await;
    socket.wait_for(|event| event["message"]["status"] == "read").await;
    assert_eq!(anna.messages(&thread).await[1]["status"], "read");
    system.stop().await;
}

#[tokio::test]
async fn an_image_from_a_phone_is_stored_with_its_content_type() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let phone = system.phone(&customer_number());
    let sent = phone.send_files("Look", &[("image/png", "cat.png", PNG)]).await;
    let thread = newest_conversation_id(&anna).await;
    let message = anna.messages(&thread).await[0].clone();
    assert_eq!((&message["sid"], &message["body"]), (&json!(sent.sid), &"Look".into()));
    let media = &message["media"][0];
    assert_eq!((&media["kind"], &media["content_type"]), (&"image".into(), &"image/png".into()));
    let files = phone.files(&sent);
    assert_eq!((files[0].0.name.as_deref(), &*files[0].1), (Some("cat.png"), PNG));
    system.stop().await;
}

#[tokio::test]
async fn texts_and_files_are_sent_and_received_on_messenger_and_rcs() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for address in ["messenger:200000000000777".to_owned(), format!("rcs:{}", customer_number())] {
        let phone = system.phone(&address);
        phone.send_files("Look", &[("image/png", "cat.png", PNG)]).await;
        let thread = newest_conversation_id(&anna).await;
        assert_eq!(anna.messages(&thread).await[0]["media"][0]["state"], "stored", "{address}");

        let text = send_and_reload(&system, &anna, &thread, "Nice cat").await;
        assert_eq!((&text["status"], &text["sms_fallback"]), (&"delivered".into(), &json!(false)));
        let upload = upload_file(&system, &anna, &thread, "dog.png", "image/png", PNG).await;
        let sent = send_with_uploads(&anna, &thread, &new_idempotency_key(), "", &[&upload])
            .await
            .expect_status(202);
        system.wait_until_idle().await;
        let sent = sent["message_id"].as_str().unwrap();
        let path = format!("/api/conversations/{thread}/messages/{sent}");
        assert_eq!(anna.get(&path).await.expect_status(200)["status"], "delivered", "{address}");

        let received = phone.received_messages();
        assert_eq!(
            received.iter().map(|message| &*message.body).collect::<Vec<_>>(),
            ["Nice cat", ""]
        );
        assert!(received.iter().all(|message| message.from == phone.business_address), "{address}");
        let files = phone.files(&received[1]);
        assert_eq!((files[0].0.name.as_deref(), &*files[0].1), (Some("dog.png"), PNG));
    }
    system.stop().await;
}

#[tokio::test]
async fn messenger_allows_no_message_after_the_24_hour_window() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    system.phone("messenger:200000000000778").send_text("Hello").await;
    let thread = newest_conversation_id(&anna).await;
    system.advance(Duration::from_hours(24));
    let anna = anna.refresh().await;
    let result = check_send(&anna, &thread).await;
    assert_eq!(
        (&result["decision"], reason_codes(&result)),
        (&"denied".into(), vec!["window_closed"])
    );
    let error = anna.try_send(&thread, "Too late", &new_idempotency_key()).await.expect_error(422);
    assert_eq!(reason_codes(&error), ["window_closed"]);
    system.wait_until_idle().await;
    assert_eq!(system.twilio().creates(), []);
    system.stop().await;
}

#[tokio::test]
async fn a_sender_with_its_own_countries_starts_conversations_only_there() {
    let system = TestSystem::start_with(|options| {
        let countries = ("+18555080989".to_owned(), vec!["GB".to_owned()]);
        options.settings.senders.countries.extend([countries]);
    })
    .await;
    let anna = system.admin().await;
    let other_country = conversation_id(&anna.start_conversation("+447400123456").await).to_owned();
    assert_eq!(
        send_and_reload(&system, &anna, &other_country, "Hello").await["status"],
        "delivered"
    );
    let own_country =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let error =
        anna.try_send(&own_country, "Hello", &new_idempotency_key()).await.expect_error(422);
    assert_eq!(reason_codes(&error), ["country_not_allowed"]);
    system.stop().await;
}
