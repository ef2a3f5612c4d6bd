//! Extras of inbound messages: profile names, replies, locations, media and invalid counts.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::webhook::{Form, inbound_text_form, new_sid, with_param};
use crate::support::{TestSystem, Webhook, customer_number, next_id};

const WHATSAPP_SENDER: &str = "whatsapp:+18555080990";

/// Returns the form of a WhatsApp message with additional parameters.
fn whatsapp_form(system: &TestSystem, from: &str, body: &str, params: &[(&str, &str)]) -> Form {
    let form =
        with_param(inbound_text_form(system, &new_sid("SM"), from, body), "To", WHATSAPP_SENDER);
    params.iter().fold(form, |form, (name, value)| with_param(form, name, value))
}

async fn post_form(system: &TestSystem, form: &Form) {
    Webhook::form(system, "/twilio/messages", form).send().await.expect_acknowledgement();
}

#[tokio::test]
async fn a_quoted_reply_references_the_message_that_it_answers() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let first = system.receive_text(&number, "Which one?").await;
    let id = anna.conversation_id_with(&number).await;
    let question = anna.messages(&id).await[0].clone();
    let reply = |sid: &str| {
        let form = inbound_text_form(&system, &new_sid("SM"), &number, "That one");
        with_param(form, "OriginalRepliedMessageSid", sid)
    };
    post_form(&system, &reply(&first)).await;
    let other_sid = system.receive_text(&customer_number(), "From another contact").await;
    post_form(&system, &reply(&other_sid)).await;
    post_form(&system, &reply("no sid at all")).await;
    let thread = anna.messages(&id).await;
    let replies: Vec<&Value> =
        thread[1..].iter().map(|message| &message["extras"]["reply_to"]).collect();
    assert_eq!(replies[0], &json!({ "sid": first, "message_id": question["message_id"] }));
    assert_eq!(replies[1], &json!({ "sid": other_sid, "message_id": null }));
    assert_eq!(replies[2], &json!({ "sid": "no sid at all", "message_id": null }));
    system.stop().await;
}

#[tokio::test]
async fn only_web_urls_of_a_referral_are_stored() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let from = format!("whatsapp:{}", customer_number());
    for url in ["https://fb.me/3cr4Wqqkv", "javascript:alert(1)"] {
        let ad = [("ReferralHeadline", "Spring sale"), ("ReferralSourceUrl", url)];
        post_form(&system, &whatsapp_form(&system, &from, "I saw your ad", &ad)).await;
    }
    let id = anna.list_conversations("").await["conversations"][0]["conversation_id"].clone();
    let thread = anna.messages(id.as_str().unwrap()).await;
    let referrals: Vec<&Value> =
        thread.iter().map(|message| &message["extras"]["referral"]).collect();
    let referral = |url: Value| json!({ "headline": "Spring sale", "body": null, "url": url });
    assert_eq!(referrals, [&referral("https://fb.me/3cr4Wqqkv".into()), &referral(Value::Null)]);
    system.stop().await;
}

#[tokio::test]
async fn a_whatsapp_profile_name_is_stored_beside_the_contact_name_and_updated() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let from = format!("whatsapp:{}", customer_number());
    post_form(
        &system,
        &whatsapp_form(&system, &from, "Hola", &[("ProfileName", "Maria \u{202e}Ünal\u{7}")]),
    )
    .await;
    let id = anna.list_conversations("").await["conversations"][0]["conversation_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let first = anna.get_conversation(&id).await;
    assert_eq!(
        (&first["profile_name"], &first["contact_name"]),
        (&"Maria \u{202e}Ünal".into(), &json!(null))
    );
    anna.update_conversation(&id, json!({ "contact_name": "Maria (bakery)" }))
        .await
        .expect_status(200);
    post_form(&system, &whatsapp_form(&system, &from, "?", &[("ProfileName", "Mia")])).await;
    post_form(&system, &whatsapp_form(&system, &from, "??", &[])).await;
    let conversation = anna.get_conversation(&id).await;
    assert_eq!(
        (&conversation["profile_name"], &conversation["contact_name"]),
        (&"Mia".into(), &"Maria (bakery)".into())
    );
    assert_eq!(conversation["rev"], 4, "the name is stored in the same write");
    system.stop().await;
}

#[tokio::test]
async fn the_24_hour_window_starts_at_the_contacts_last_message() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let body = json!({ "to": number, "channel": "whatsapp" });
    let started = anna.post("/api/conversations", body).await.expect_status(201);
    assert_eq!(started["window_expires_at"], json!(null));
    let id = started["conversation_id"].as_str().unwrap();
    post_form(&system, &whatsapp_form(&system, &format!("whatsapp:{number}"), "Hola", &[])).await;
    let first = anna.get_conversation(id).await;
    let timestamp = |name: &Value| name.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let created = timestamp(&anna.messages(id).await[0]["date_created"]);
    assert_eq!(timestamp(&first["window_expires_at"]), created + Duration::from_hours(24));
    system.advance(Duration::from_mins(5));
    post_form(&system, &whatsapp_form(&system, &format!("whatsapp:{number}"), "Hola?", &[])).await;
    let second = anna.get_conversation(id).await;
    assert!(
        timestamp(&second["window_expires_at"])
            >= timestamp(&first["window_expires_at"]) + Duration::from_mins(5)
    );
    system.stop().await;
}

#[tokio::test]
async fn invalid_media_counts_neither_lose_a_message_nor_add_media() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let media_url = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1";
    for (count, urls) in [("-1", 0), ("99999", 0), ("x", 0), ("0", 1), ("99999", 10), ("-1", 2)] {
        let mut form = with_param(
            inbound_text_form(&system, &new_sid("MM"), &number, count),
            "NumMedia",
            count,
        );
        for index in 0..urls {
            form = with_param(form, &format!("MediaUrl{index}"), media_url);
        }
        form = with_param(form, "MediaUrl10", media_url);
        post_form(&system, &form).await;
        let id = anna.conversation_id_with(&number).await;
        let thread = anna.messages(&id).await;
        let media = thread.last().unwrap()["media"].as_array().unwrap();
        assert_eq!(media.len(), urls, "{count}");
        assert!(media.iter().all(|media| media["content_type"] == "application/octet-stream"));
        let preview = anna.get_conversation(&id).await["preview"].clone();
        let kind = if urls > 0 { "document".into() } else { json!(null) };
        assert_eq!((&preview["media"], &preview["media_count"]), (&kind, &urls.into()));
        assert!(!thread.last().unwrap().to_string().contains("api.twilio.com"));
    }
    system.stop().await;
}

#[tokio::test]
async fn contacts_without_a_number_and_long_rcs_senders_have_conversations() {
    let long_sender = format!("rcs:{}", "a".repeat(200));
    let configured_sender = long_sender.clone();
    let system = TestSystem::start_with(|options| {
        options.settings.senders.channel_senders.push(configured_sender)
    })
    .await;
    let anna = system.admin().await;
    let contact = format!("whatsapp:US.{:020}", next_id());
    post_form(&system, &whatsapp_form(&system, &contact, "hi", &[])).await;
    let by_external_id = whatsapp_form(&system, "", "hi", &[("ExternalUserId", "whatsapp:US.77")]);
    post_form(&system, &by_external_id).await;
    post_form(
        &system,
        &with_param(
            inbound_text_form(&system, &new_sid("SM"), "rcs:+12065550143", "hi"),
            "To",
            &long_sender,
        ),
    )
    .await;
    post_form(&system, &inbound_text_form(&system, &new_sid("SM"), "24273", "alert")).await;
    let list = anna.list_conversations("").await;
    let conversations = list["conversations"].as_array().unwrap();
    let contacts: Vec<&str> = conversations
        .iter()
        .map(|conversation| conversation["mobile_number"].as_str().unwrap())
        .collect();
    assert_eq!(contacts, ["24273", "rcs:+12065550143", "whatsapp:US.77", &contact]);
    assert_eq!(conversations[1]["twilio_number"], *long_sender);
    let id = conversations[3]["conversation_id"].as_str().unwrap();
    anna.send(id, "Hello").await;
    system.stop().await;
}

#[tokio::test]
async fn a_location_without_a_text_is_previewed_by_its_label() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let from = format!("whatsapp:{}", customer_number());
    let location = [("Latitude", "47.6"), ("Longitude", "-122.3"), ("Label", "Pike Place Market")];
    post_form(&system, &whatsapp_form(&system, &from, "", &location)).await;
    let preview = anna.list_conversations("").await["conversations"][0]["preview"].clone();
    assert_eq!(preview["body"], "Pike Place Market");
    system.stop().await;
}
