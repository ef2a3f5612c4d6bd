//! `/phones/api`: messages with locations, buttons and other extras, from the Phones page to the inbox.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestSystem;
use crate::support::user::conversation_id;

const WHATSAPP_SENDER: &str = "whatsapp:+18555080990";

/// Adds a phone to the Phones page over HTTP. Returns its number.
async fn add_phone(system: &TestSystem) -> String {
    let body = json!({ "channel": "whatsapp", "name": "Mia" });
    let request = system.call(Method::POST, "/phones/api/phones").json(&body);
    request.send_unchecked().await.expect_status(201)["number"].as_str().unwrap().to_owned()
}

/// Sends a message from a phone over HTTP. Returns its SID.
async fn send_from_phone(system: &TestSystem, phone: &str, message: Value) -> String {
    let path = format!("/phones/api/phones/{phone}/messages");
    let sent =
        system.call(Method::POST, &path).json(&message).send_unchecked().await.expect_status(201);
    system.wait_until_idle().await;
    sent["sid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn locations_buttons_choices_and_replies_from_a_phone_are_stored() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let mia = add_phone(&system).await;
    send_from_phone(&system, &mia, json!({ "to": WHATSAPP_SENDER, "body": "Where are you?" }))
        .await;
    let thread = conversation_id(&anna.list_conversations("").await["conversations"][0]).to_owned();
    let question = anna.send(&thread, "In the shop. Pick up today?").await;
    system.wait_until_idle().await;
    let question_id = question["message_id"].as_str().unwrap();
    let path = format!("/api/conversations/{thread}/messages/{question_id}");
    let question_sid = anna.get(&path).await.expect_status(200)["sid"].clone();

    let location = json!({
        "latitude": "47.6097", "longitude": "-122.3422", "label": "Pike Place Market",
        "address": "85 Pike St, Seattle",
    });
    let message = json!({ "to": WHATSAPP_SENDER, "extras": { "location": location } });
    send_from_phone(&system, &mia, message).await;
    let preview = anna.get_conversation(&thread).await["preview"].clone();
    assert_eq!(preview["body"], "Pike Place Market");
    let button = json!({ "text": "Yes", "payload": "pick-up:today" });
    let extras = json!({ "button": button, "reply_to": question_sid });
    send_from_phone(
        &system,
        &mia,
        json!({ "to": WHATSAPP_SENDER, "body": "Yes", "extras": extras }),
    )
    .await;
    let choice = json!({ "choice": { "id": "5pm", "title": "At five" }, "forwarded": "once" });
    send_from_phone(
        &system,
        &mia,
        json!({ "to": WHATSAPP_SENDER, "body": "At five", "extras": choice }),
    )
    .await;

    let messages = anna.messages(&thread).await;
    let received_extras: Vec<&Value> =
        messages[2..].iter().map(|message| &message["extras"]).collect();
    assert_eq!(received_extras.len(), 3);
    assert_eq!(received_extras[0]["location"], location);
    assert_eq!(
        received_extras[1]["button"],
        json!({ "text": "Yes", "payload": "pick-up:today", "list_id": null, "list_title": null })
    );
    assert_eq!(
        received_extras[1]["reply_to"],
        json!({ "sid": question_sid, "message_id": question_id })
    );
    assert_eq!(
        received_extras[2]["button"],
        json!({ "text": null, "payload": null, "list_id": "5pm", "list_title": "At five" })
    );
    assert_eq!(received_extras[2]["forwarded"], "once");
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_message_from_a_phone_is_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let mia = add_phone(&system).await;
    let path = format!("/phones/api/phones/{mia}/messages");
    for invalid_body in [
        json!({ "to": WHATSAPP_SENDER }),
        json!({ "to": "+18555080989", "body": "By another channel" }),
        json!({ "to": "whatsapp:+12065550199", "body": "To a stranger" }),
        json!({ "to": WHATSAPP_SENDER, "body": "x".repeat(1_601) }),
    ] {
        let response = system.call(Method::POST, &path).json(&invalid_body).send_unchecked().await;
        assert!((400..500).contains(&response.status), "{invalid_body}: {}", response.text);
    }
    system.wait_until_idle().await;
    assert_eq!(anna.list_conversations("").await["conversations"], json!([]));
    system.stop().await;
}
