//! `POST /api/conversations`.

use futures_util::future::join_all;
use serde_json::json;

use super::{conversation_ids, conversations_in};
use crate::support::user::conversation_id;
use crate::support::{BUSINESS_NUMBER, TestSystem, customer_number};

#[tokio::test]
async fn a_conversation_is_started_once_for_all_notations_of_a_number() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let body = json!({ "to": "(206) 555-0143", "contact_name": "  Ida\u{7} " });
    let created = anna.post("/api/conversations", body).await.expect_status(201);
    assert_eq!((&created["contact_name"], &created["unread_count"]), (&"Ida".into(), &0.into()));
    assert_eq!((&created["preview"], &created["status"]), (&json!(null), &"open".into()));
    for input in ["+12065550143", "206.555.0143", "tel:+1-206-555-0143", "0012065550143"] {
        let repeated =
            json!({ "to": input, "from": BUSINESS_NUMBER, "contact_name": "Another name" });
        assert_eq!(
            anna.post("/api/conversations", repeated).await.expect_status(200),
            created,
            "{input}"
        );
    }
    assert_eq!(conversation_ids(&anna.list_conversations("").await), [conversation_id(&created)]);
    system.stop().await;
}

#[tokio::test]
async fn concurrent_starts_return_the_same_conversation() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let requests = (0..8).map(|_| anna.post("/api/conversations", json!({ "to": number })));
    let responses = join_all(requests).await;
    assert_eq!(responses.iter().filter(|answer| answer.status == 201).count(), 1);
    let first = responses[0].body.clone();
    assert!(responses.iter().all(|answer| answer.body == first));
    system.stop().await;
}

#[tokio::test]
async fn a_text_to_a_started_conversation_is_stored_in_it() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let started = anna.start_conversation(&number).await;
    system.receive_text(&number, "It is me").await;
    let list = conversations_in(&anna.list_conversations("").await);
    assert_eq!(list.len(), 1);
    assert_eq!(conversation_id(&list[0]), conversation_id(&started));
    assert_eq!((&list[0]["unread_count"], &list[0]["rev"]), (&1.into(), &2.into()));
    system.stop().await;
}

#[tokio::test]
async fn starting_a_closed_conversation_returns_it_unchanged() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let started = anna.start_conversation(&number).await;
    let closed = anna
        .update_conversation(conversation_id(&started), json!({ "status": "closed" }))
        .await
        .expect_status(200);
    let returned =
        anna.post("/api/conversations", json!({ "to": number })).await.expect_status(200);
    assert_eq!(returned, closed);
    assert_eq!(returned["status"], "closed");
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_number_is_rejected_with_a_reason() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let invalid_cases = [
        ("", "Enter a phone number."),
        ("   ", "Enter a phone number."),
        ("hello", "This is not a valid phone number."),
        ("+1 206", "This number is too short."),
        ("+1206555014399", "This number is too long."),
        ("+999 1234567", "Unknown country code."),
        ("206 555 0143 ext. 5", "Remove the extension. Messages cannot be sent to extensions."),
        (BUSINESS_NUMBER, "This is one of your own numbers."),
        ("(855) 508-0989", "This is one of your own numbers."),
    ];
    for (input, expected_detail) in invalid_cases {
        let response = anna.post("/api/conversations", json!({ "to": input })).await;
        assert_eq!(response.error_detail(422), expected_detail, "{input}");
    }
    let input = "9".repeat(60_000);
    anna.post("/api/conversations", json!({ "to": input })).await.expect_error(422);
    assert_eq!(conversation_ids(&anna.list_conversations("").await), [""; 0]);
    system.stop().await;
}

#[tokio::test]
async fn the_channel_determines_the_sender_and_the_contact_address() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for (channel, business_address, contact_address) in [
        ("sms", BUSINESS_NUMBER, "+12065550143"),
        ("whatsapp", "whatsapp:+18555080990", "whatsapp:+12065550143"),
        ("rcs", "rcs:partyline_demo_agent", "rcs:+12065550143"),
    ] {
        let body = json!({ "to": "(206) 555-0143", "channel": channel });
        let created = anna.post("/api/conversations", body).await.expect_status(201);
        assert_eq!(
            (&created["channel"], &created["twilio_number"]),
            (&channel.into(), &business_address.into())
        );
        assert_eq!(created["mobile_number"], contact_address);
        let by_sender = json!({ "to": "+12065550143", "from": business_address });
        assert_eq!(anna.post("/api/conversations", by_sender).await.expect_status(200), created);
    }
    assert_eq!(conversation_ids(&anna.list_conversations("").await).len(), 3);
    system.stop().await;
}

#[tokio::test]
async fn the_sender_in_the_contacts_country_is_used_unless_another_is_given() {
    let london = "+442079460990";
    let system = TestSystem::start_with(|options| {
        options.settings.senders.further_numbers = vec![london.to_owned()]
    })
    .await;
    let anna = system.admin().await;
    for (input, business_address) in [
        ("+44 20 7946 0018", london),
        ("(206) 555-0143", BUSINESS_NUMBER),
        ("+4915112345678", BUSINESS_NUMBER),
    ] {
        let checked =
            anna.post("/api/numbers/check", json!({ "number": input })).await.expect_status(200);
        assert_eq!(checked["from"], business_address, "{input}");
        let created =
            anna.post("/api/conversations", json!({ "to": input })).await.expect_status(201);
        assert_eq!(created["twilio_number"], business_address, "{input}");
    }
    let with_sender = json!({ "to": "+44 20 7946 0018", "from": BUSINESS_NUMBER });
    let created = anna.post("/api/conversations", with_sender).await.expect_status(201);
    assert_eq!(created["twilio_number"], BUSINESS_NUMBER);
    system.stop().await;
}

#[tokio::test]
async fn a_channel_that_cannot_start_or_is_not_configured_is_rejected_with_a_reason() {
    let system = TestSystem::start_with(|options| {
        options.settings.senders.channel_senders.retain(|sender| !sender.starts_with("rcs"))
    })
    .await;
    let anna = system.admin().await;
    let start = |fields: serde_json::Value| {
        let mut body = json!({ "to": "+12065550143" });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        anna.post("/api/conversations", body)
    };
    let messenger =
        "You cannot start a Messenger conversation. The customer has to message your page first.";
    for (fields, expected_detail) in [
        (json!({ "channel": "messenger" }), messenger),
        (json!({ "channel": "rcs" }), "No RCS sender is configured."),
        (
            json!({ "channel": "whatsapp", "from": BUSINESS_NUMBER }),
            "This sender does not support WhatsApp.",
        ),
    ] {
        assert_eq!(start(fields.clone()).await.error_detail(422), expected_detail, "{fields}");
    }
    start(json!({ "channel": "fax" })).await.expect_error(400);
    system.stop().await;
}

#[tokio::test]
async fn an_unknown_sender_a_long_name_and_unknown_fields_are_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let unknown_sender = json!({ "to": number, "from": "+12025550100" });
    let detail = anna.post("/api/conversations", unknown_sender).await.error_detail(422);
    assert_eq!(detail, "This sender is not configured.");
    let long_name = json!({ "to": number, "contact_name": "x".repeat(121) });
    anna.post("/api/conversations", long_name).await.expect_error(422);
    for body in [json!({ "to": number, "inbox": "main" }), json!({}), json!([]), json!({ "to": 1 })]
    {
        anna.post("/api/conversations", body).await.expect_error(400);
    }
    system.stop().await;
}
