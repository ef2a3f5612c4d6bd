//! `/phones/api`: what a customer's app sends beside text, typed on a phone of the bench and read on the desk.

use reqwest::Method;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::desk::person::id;

const WHATSAPP: &str = "whatsapp:+18555080990";

/// A phone on the bench, made over HTTP.
async fn phone(desk: &Desk) -> String {
    let wanted = json!({ "channel": "whatsapp", "name": "Mia" });
    let call = desk.call(Method::POST, "/phones/api/phones").json(&wanted);
    call.send_unchecked().await.is(201)["number"].as_str().unwrap().to_owned()
}

/// Sends from the phone, over HTTP; its SID.
async fn sends(desk: &Desk, phone: &str, message: Value) -> String {
    let path = format!("/phones/api/phones/{phone}/messages");
    let sent = desk.call(Method::POST, &path).json(&message).send_unchecked().await.is(201);
    desk.settle().await;
    sent["sid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn places_buttons_choices_and_replies_from_a_phone_stand_in_the_thread() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mia = phone(&desk).await;
    sends(&desk, &mia, json!({ "to": WHATSAPP, "body": "Where are you?" })).await;
    let thread = id(&anna.list("").await["conversations"][0]).to_owned();
    let asked = anna.send(&thread, "In the shop. Pick up today?").await;
    desk.settle().await;
    let asked = asked["message_id"].as_str().unwrap();
    let path = format!("/api/conversations/{thread}/messages/{asked}");
    let question = anna.get(&path).await.is(200)["sid"].clone();

    let place = json!({
        "latitude": "47.6097", "longitude": "-122.3422", "label": "Pike Place Market",
        "address": "85 Pike St, Seattle",
    });
    let message = json!({ "to": WHATSAPP, "particulars": { "location": place } });
    sends(&desk, &mia, message).await;
    let preview = anna.conversation(&thread).await["preview"].clone();
    assert_eq!(preview["body"], "Pike Place Market");
    let button = json!({ "text": "Yes", "payload": "pick-up:today" });
    let particulars = json!({ "button": button, "reply_to": question });
    sends(&desk, &mia, json!({ "to": WHATSAPP, "body": "Yes", "particulars": particulars })).await;
    let choice = json!({ "choice": { "id": "5pm", "title": "At five" }, "forwarded": "once" });
    sends(&desk, &mia, json!({ "to": WHATSAPP, "body": "At five", "particulars": choice })).await;

    let messages = anna.messages(&thread).await;
    let came: Vec<&Value> = messages[2..].iter().map(|message| &message["particulars"]).collect();
    assert_eq!(came.len(), 3);
    assert_eq!(came[0]["location"], place);
    assert_eq!(
        came[1]["button"],
        json!({ "text": "Yes", "payload": "pick-up:today", "list_id": null, "list_title": null })
    );
    assert_eq!(came[1]["reply_to"], json!({ "sid": question, "message_id": asked }));
    assert_eq!(
        came[2]["button"],
        json!({ "text": null, "payload": null, "list_id": "5pm", "list_title": "At five" })
    );
    assert_eq!(came[2]["forwarded"], "once");
    desk.close().await;
}

#[tokio::test]
async fn a_phone_that_sends_nothing_or_to_nobody_is_told_so() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let mia = phone(&desk).await;
    let path = format!("/phones/api/phones/{mia}/messages");
    for odd in [
        json!({ "to": WHATSAPP }),
        json!({ "to": "+18555080989", "body": "By another channel" }),
        json!({ "to": "whatsapp:+12065550199", "body": "To a stranger" }),
        json!({ "to": WHATSAPP, "body": "x".repeat(1_601) }),
    ] {
        let answer = desk.call(Method::POST, &path).json(&odd).send_unchecked().await;
        assert!((400..500).contains(&answer.status), "{odd}: {}", answer.text);
    }
    desk.settle().await;
    assert_eq!(anna.list("").await["conversations"], json!([]));
    desk.close().await;
}
