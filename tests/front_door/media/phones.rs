//! Files from a phone to the desk and back, through the simulated network.

use reqwest::Method;
use serde_json::{Value, json};

use super::inbound::{only, path, read};
use super::outbound::send;
use super::uploads::uploaded;
use crate::desk::person::key;
use crate::desk::{Desk, customer};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR a picture";

#[tokio::test]
async fn a_picture_comes_from_a_phone_and_another_goes_back() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    for address in [customer(), format!("whatsapp:{}", customer())] {
        let phone = desk.phone(&address);
        phone.attaches("Look", &[("image/png", "cat.png", PNG)]).await;
        let list = anna.list("").await;
        let id = list["conversations"][0]["conversation_id"].as_str().unwrap().to_owned();
        let message = anna.messages(&id).await[0].clone();
        let media = &message["media"][0];
        assert_eq!((&media["state"], &media["name"]), (&"stored".into(), &"cat.png".into()));
        let (_, answer) = read(&desk, &anna, &message, 0).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/png")));
        assert_eq!(answer.header("content-length"), Some(&*PNG.len().to_string()));

        let upload = uploaded(&desk, &anna, &id, "dog.png", "image/png", PNG).await;
        send(&anna, &id, &key(), "And this", &[&upload]).await.is(202);
        desk.settle().await;
        let received = phone.received();
        assert_eq!(received.last().unwrap().body, "And this");
        let files = phone.files(received.last().unwrap());
        assert_eq!((files[0].0.name.as_deref(), &*files[0].1), (Some("dog.png"), PNG));
        let sent = anna.messages(&id).await.pop().unwrap();
        assert_eq!(sent["status"], "delivered");
    }
    desk.close().await;
}

#[tokio::test]
async fn what_is_redacted_is_gone_at_twilio_with_its_files() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.phone(&number).attaches("Look", &[("image/png", "cat.png", PNG)]).await;
    let message = only(&anna, &number).await;
    let redact = path(&message, 0).replace("/media/0", "/redact");
    let redacted = anna.post(&redact, json!({})).await.is(200);
    assert_eq!(redacted["media"], json!([]));
    desk.settle().await;
    let there = desk.twilio().messages().unwrap();
    assert_eq!((there.len(), there[0].redacted, there[0].more.media.len()), (1, true, 0));
    desk.close().await;
}

#[tokio::test]
async fn the_files_of_a_retry_outlive_the_message_that_it_stands_in_for() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let id = anna.start(&number).await["conversation_id"].as_str().unwrap().to_owned();
    let phone = desk.phone(&number);
    phone.writes("Show me").await;
    desk.twilio().set_condition(&number, local::twilio::Condition::Unreachable).unwrap();
    let upload = uploaded(&desk, &anna, &id, "dog.png", "image/png", PNG).await;
    send(&anna, &id, &key(), "", &[&upload]).await.is(202);
    desk.settle().await;
    let failed: Value = anna.messages(&id).await.pop().unwrap();
    desk.twilio().set_condition(&number, local::twilio::Condition::Reachable).unwrap();
    let retried = anna.try_retry(&failed, &key()).await.is(202);
    let redact = path(&failed, 0).replace("/media/0", "/redact");
    anna.post(&redact, json!({})).await.is(200);
    desk.settle().await;
    let link = anna.get(&path(&retried, 0)).await.is(200);
    let answer = desk.call(Method::GET, link["url"].as_str().unwrap()).send_unchecked().await;
    assert_eq!(answer.status, 200);
    assert_eq!(phone.files(phone.received().last().unwrap())[0].1, PNG);
    desk.close().await;
}
