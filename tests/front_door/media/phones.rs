//! Media from a phone to the inbox and back, through the simulator.

use reqwest::Method;
use serde_json::{Value, json};

use super::inbound::{download_media, media_path, only_message};
use super::outbound::send_with_uploads;
use super::uploads::upload_file;
use crate::support::user::new_idempotency_key;
use crate::support::{TestSystem, customer_number};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR a picture";

#[tokio::test]
async fn images_are_received_from_a_phone_and_sent_to_it() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for address in [customer_number(), format!("whatsapp:{}", customer_number())] {
        let phone = system.phone(&address);
        phone.send_files("Look", &[("image/png", "cat.png", PNG)]).await;
        let list = anna.list_conversations("").await;
        let id = list["conversations"][0]["conversation_id"].as_str().unwrap().to_owned();
        let message = anna.messages(&id).await[0].clone();
        let media = &message["media"][0];
        assert_eq!((&media["state"], &media["name"]), (&"stored".into(), &"cat.png".into()));
        let (_, response) = download_media(&system, &anna, &message, 0).await;
        assert_eq!((response.status, response.header("content-type")), (200, Some("image/png")));
        assert_eq!(response.header("content-length"), Some(&*PNG.len().to_string()));

        let upload = upload_file(&system, &anna, &id, "dog.png", "image/png", PNG).await;
        send_with_uploads(&anna, &id, &new_idempotency_key(), "And this", &[&upload])
            .await
            .expect_status(202);
        system.wait_until_idle().await;
        let received = phone.received_messages();
        assert_eq!(received.last().unwrap().body, "And this");
        let files = phone.files(received.last().unwrap());
        assert_eq!((files[0].0.name.as_deref(), &*files[0].1), (Some("dog.png"), PNG));
        let sent = anna.messages(&id).await.pop().unwrap();
        assert_eq!(sent["status"], "delivered");
    }
    system.stop().await;
}

#[tokio::test]
async fn redaction_deletes_the_message_content_and_files_at_twilio() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.phone(&number).send_files("Look", &[("image/png", "cat.png", PNG)]).await;
    let message = only_message(&anna, &number).await;
    let redact_path = media_path(&message, 0).replace("/media/0", "/redact");
    let redacted = anna.post(&redact_path, json!({})).await.expect_status(200);
    assert_eq!(redacted["media"], json!([]));
    system.wait_until_idle().await;
    let twilio_messages = system.twilio().messages().unwrap();
    assert_eq!(
        (twilio_messages.len(), twilio_messages[0].redacted, twilio_messages[0].extras.media.len()),
        (1, true, 0)
    );
    system.stop().await;
}

#[tokio::test]
async fn redacting_a_failed_message_keeps_the_files_of_its_retry() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let id = anna.start_conversation(&number).await["conversation_id"].as_str().unwrap().to_owned();
    let phone = system.phone(&number);
    phone.send_text("Show me").await;
    system.twilio().set_condition(&number, twilio_simulator::PhoneCondition::Unreachable).unwrap();
    let upload = upload_file(&system, &anna, &id, "dog.png", "image/png", PNG).await;
    send_with_uploads(&anna, &id, &new_idempotency_key(), "", &[&upload]).await.expect_status(202);
    system.wait_until_idle().await;
    let failed: Value = anna.messages(&id).await.pop().unwrap();
    system.twilio().set_condition(&number, twilio_simulator::PhoneCondition::Reachable).unwrap();
    let retried = anna.try_retry(&failed, &new_idempotency_key()).await.expect_status(202);
    let redact_path = media_path(&failed, 0).replace("/media/0", "/redact");
    anna.post(&redact_path, json!({})).await.expect_status(200);
    system.wait_until_idle().await;
    let link = anna.get(&media_path(&retried, 0)).await.expect_status(200);
    let response = system.call(Method::GET, link["url"].as_str().unwrap()).send_unchecked().await;
    assert_eq!(response.status, 200);
    assert_eq!(phone.files(phone.received_messages().last().unwrap())[0].1, PNG);
    system.stop().await;
}
