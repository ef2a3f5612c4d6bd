//! What comes beside the text: names, replies, places, media, odd counts.

use std::time::Duration;

use serde_json::{Value, json};

use crate::desk::webhook::{Form, sid, text, with};
use crate::desk::{Desk, Webhook, customer, fresh};

const WHATSAPP: &str = "whatsapp:+18555080990";

/// A WhatsApp message with parameters more.
fn whatsapp(desk: &Desk, from: &str, body: &str, more: &[(&str, &str)]) -> Form {
    let form = with(text(desk, &sid("SM"), from, body), "To", WHATSAPP);
    more.iter().fold(form, |form, (name, value)| with(form, name, value))
}

async fn post(desk: &Desk, form: &Form) {
    Webhook::form(desk, "/twilio/messages", form).send().await.acknowledged();
}

#[tokio::test]
async fn a_reply_names_the_message_of_ours_that_it_answers() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let first = desk.text(&number, "Which one?").await;
    let id = anna.conversation_with(&number).await;
    let asked = anna.messages(&id).await[0].clone();
    let answer = |sid: &str| {
        let form = text(&desk, &self::sid("SM"), &number, "That one");
        with(form, "OriginalRepliedMessageSid", sid)
    };
    post(&desk, &answer(&first)).await;
    let stranger = desk.text(&customer(), "Somebody else's").await;
    post(&desk, &answer(&stranger)).await;
    post(&desk, &answer("no sid at all")).await;
    let thread = anna.messages(&id).await;
    let replies: Vec<&Value> =
        thread[1..].iter().map(|message| &message["particulars"]["reply_to"]).collect();
    assert_eq!(replies[0], &json!({ "sid": first, "message_id": asked["message_id"] }));
    assert_eq!(replies[1], &json!({ "sid": stranger, "message_id": null }));
    assert_eq!(replies[2], &json!({ "sid": "no sid at all", "message_id": null }));
    desk.close().await;
}

#[tokio::test]
async fn of_what_led_somebody_to_write_only_an_address_of_the_web_is_kept() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let from = format!("whatsapp:{}", customer());
    for url in ["https://fb.me/3cr4Wqqkv", "javascript:alert(1)"] {
        let ad = [("ReferralHeadline", "Spring sale"), ("ReferralSourceUrl", url)];
        post(&desk, &whatsapp(&desk, &from, "I saw your ad", &ad)).await;
    }
    let id = anna.list("").await["conversations"][0]["conversation_id"].clone();
    let thread = anna.messages(id.as_str().unwrap()).await;
    let shown: Vec<&Value> = thread.iter().map(|one| &one["particulars"]["referral"]).collect();
    let referral = |url: Value| json!({ "headline": "Spring sale", "body": null, "url": url });
    assert_eq!(shown, [&referral("https://fb.me/3cr4Wqqkv".into()), &referral(Value::Null)]);
    desk.close().await;
}

#[tokio::test]
async fn a_whatsapp_name_stands_beside_the_name_that_somebody_gave_and_follows_its_owner() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let from = format!("whatsapp:{}", customer());
    post(&desk, &whatsapp(&desk, &from, "Hola", &[("ProfileName", "Maria \u{202e}Ünal\u{7}")]))
        .await;
    let id =
        anna.list("").await["conversations"][0]["conversation_id"].as_str().unwrap().to_owned();
    let first = anna.conversation(&id).await;
    assert_eq!(
        (&first["profile_name"], &first["contact_name"]),
        (&"Maria \u{202e}Ünal".into(), &json!(null))
    );
    anna.update(&id, json!({ "contact_name": "Maria (bakery)" })).await.is(200);
    post(&desk, &whatsapp(&desk, &from, "?", &[("ProfileName", "Mia")])).await;
    post(&desk, &whatsapp(&desk, &from, "??", &[])).await;
    let now = anna.conversation(&id).await;
    assert_eq!(
        (&now["profile_name"], &now["contact_name"]),
        (&"Mia".into(), &"Maria (bakery)".into())
    );
    assert_eq!(now["rev"], 4, "the name costs no write of its own");
    desk.close().await;
}

#[tokio::test]
async fn the_window_ends_a_day_after_the_contact_last_wrote() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let wanted = json!({ "to": number, "channel": "whatsapp" });
    let made = anna.post("/api/conversations", wanted).await.is(201);
    assert_eq!(made["window_ends"], json!(null));
    let id = made["conversation_id"].as_str().unwrap();
    post(&desk, &whatsapp(&desk, &format!("whatsapp:{number}"), "Hola", &[])).await;
    let first = anna.conversation(id).await;
    let at = |name: &Value| name.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let created = at(&anna.messages(id).await[0]["date_created"]);
    assert_eq!(at(&first["window_ends"]), created + Duration::from_hours(24));
    desk.pass(Duration::from_mins(5));
    post(&desk, &whatsapp(&desk, &format!("whatsapp:{number}"), "Hola?", &[])).await;
    let second = anna.conversation(id).await;
    assert!(at(&second["window_ends"]) >= at(&first["window_ends"]) + Duration::from_mins(5));
    desk.close().await;
}

#[tokio::test]
async fn odd_counts_of_media_neither_lose_a_message_nor_invent_a_picture() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let picture = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1";
    for (count, urls) in [("-1", 0), ("99999", 0), ("x", 0), ("0", 1), ("99999", 10), ("-1", 2)] {
        let mut form = with(text(&desk, &sid("MM"), &number, count), "NumMedia", count);
        for index in 0..urls {
            form = with(form, &format!("MediaUrl{index}"), picture);
        }
        form = with(form, "MediaUrl10", picture);
        post(&desk, &form).await;
        let id = anna.conversation_with(&number).await;
        let thread = anna.messages(&id).await;
        let media = thread.last().unwrap()["media"].as_array().unwrap();
        assert_eq!(media.len(), urls, "{count}");
        assert!(media.iter().all(|media| media["content_type"] == "application/octet-stream"));
        let shown = anna.conversation(&id).await["preview"].clone();
        let kind = if urls > 0 { "document".into() } else { json!(null) };
        assert_eq!((&shown["media"], &shown["media_count"]), (&kind, &urls.into()));
        assert!(!thread.last().unwrap().to_string().contains("api.twilio.com"));
    }
    desk.close().await;
}

#[tokio::test]
async fn people_without_a_number_and_long_rcs_senders_have_conversations_like_everybody() {
    let long = format!("rcs:{}", "a".repeat(200));
    let agent = long.clone();
    let desk = Desk::with(|options| options.settings.channel_senders.push(agent)).await;
    let anna = desk.admin().await;
    let person = format!("whatsapp:US.{:020}", fresh());
    post(&desk, &whatsapp(&desk, &person, "hi", &[])).await;
    let nameless = whatsapp(&desk, "", "hi", &[("ExternalUserId", "whatsapp:US.77")]);
    post(&desk, &nameless).await;
    post(&desk, &with(text(&desk, &sid("SM"), "rcs:+12065550143", "hi"), "To", &long)).await;
    post(&desk, &text(&desk, &sid("SM"), "24273", "alert")).await;
    let list = anna.list("").await;
    let conversations = list["conversations"].as_array().unwrap();
    let contacts: Vec<&str> =
        conversations.iter().map(|c| c["mobile_number"].as_str().unwrap()).collect();
    assert_eq!(contacts, ["24273", "rcs:+12065550143", "whatsapp:US.77", &person]);
    assert_eq!(conversations[1]["twilio_number"], *long);
    let id = conversations[3]["conversation_id"].as_str().unwrap();
    anna.send(id, "Hello").await;
    desk.close().await;
}

#[tokio::test]
async fn a_place_without_a_text_is_shown_in_the_list_by_its_name() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let from = format!("whatsapp:{}", customer());
    let place = [("Latitude", "47.6"), ("Longitude", "-122.3"), ("Label", "Pike Place Market")];
    post(&desk, &whatsapp(&desk, &from, "", &place)).await;
    let preview = anna.list("").await["conversations"][0]["preview"].clone();
    assert_eq!(preview["body"], "Pike Place Market");
    desk.close().await;
}
