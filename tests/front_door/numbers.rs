//! `POST /api/numbers/check` and `GET /api/senders`.

use serde_json::{Value, json};

use crate::support::{BUSINESS_NUMBER, TestSystem, TestUser};

async fn check_number(user: &TestUser<'_>, number_input: &str) -> Value {
    user.post("/api/numbers/check", json!({ "number": number_input })).await.expect_status(200)
}

#[tokio::test]
async fn a_number_is_checked_as_it_is_typed() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let existing = anna.start_conversation("+12065550143").await;
    let checked = check_number(&anna, "(206) 555-0143").await;
    let number = json!({ "e164": "+12065550143", "national": "(206) 555-0143", "region": "US" });
    assert_eq!(checked["number"], number);
    assert_eq!((&checked["valid"], &checked["conversation"]), (&json!(true), &existing));
    let unknown = check_number(&anna, "+44 20 7946 0018").await;
    assert_eq!(
        (&unknown["number"]["region"], &unknown["conversation"]),
        (&"GB".into(), &json!(null))
    );
    for (number_input, reason, key) in [
        ("", "Enter a phone number.", "number.empty"),
        ("2065", "This number is too short.", "number.too_short"),
        ("hello", "This is not a valid phone number.", "number.none"),
        (BUSINESS_NUMBER, "This is one of your own numbers.", "number.ours"),
    ] {
        let result = check_number(&anna, number_input).await;
        let expected = json!({
            "valid": false, "number": null, "from": BUSINESS_NUMBER, "conversation": null,
            "reasons": [], "error": reason, "localized_error": { "key": key, "values": {} },
        });
        assert_eq!(result, expected, "{number_input}");
    }
    let mut invalid_inputs = vec!["+".repeat(50_000), "\u{0}".to_owned(), "٠١٢٣٤٥٦٧٨٩".to_owned()];
    invalid_inputs.push("1".repeat(50_000));
    for number_input in invalid_inputs {
        check_number(&anna, &number_input).await;
    }
    let unknown_sender = json!({ "number": "+12065550143", "from": "+12025550100" });
    anna.post("/api/numbers/check", unknown_sender).await.expect_error(422);
    anna.post("/api/numbers/check", json!({ "to": "+1" })).await.expect_error(400);
    system.stop().await;
}

#[tokio::test]
async fn a_number_check_finds_the_conversation_on_the_requested_channel() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let start_body = json!({ "to": "(206) 555-0143", "channel": "whatsapp" });
    let existing = anna.post("/api/conversations", start_body).await.expect_status(201);
    let check_body = json!({ "number": "+12065550143", "channel": "whatsapp" });
    let checked = anna.post("/api/numbers/check", check_body).await.expect_status(200);
    assert_eq!((&checked["conversation"], &checked["valid"]), (&existing, &true.into()));
    assert_eq!(check_number(&anna, "+12065550143").await["conversation"], json!(null));
    system.stop().await;
}

#[tokio::test]
async fn a_number_check_says_why_a_first_message_cannot_be_sent() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for (number, channel, codes) in [
        ("+12065550143", "sms", &[][..]),
        ("+74951234567", "sms", &["country_not_allowed"]),
        ("+442079460018", "sms", &["country_not_allowed"]),
        ("+525512345678", "sms", &["country_not_allowed"]),
        ("+12065550143", "whatsapp", &["window_closed"]),
        ("+491701234567", "whatsapp", &["window_closed", "country_not_allowed"]),
    ] {
        let body = json!({ "number": number, "channel": channel });
        let checked = anna.post("/api/numbers/check", body).await.expect_status(200);
        let found: Vec<&str> = checked["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|reason| reason["code"].as_str().unwrap())
            .collect();
        assert_eq!(
            (found.as_slice(), &checked["valid"]),
            (codes, &json!(true)),
            "{number} {channel}"
        );
    }
    system.stop().await;
}

#[tokio::test]
async fn senders_are_listed_with_their_channels() {
    let system = TestSystem::start_with(|options| {
        options.settings.senders.further_numbers = vec!["+12025550100".to_owned()];
    })
    .await;
    let anna = system.admin().await;
    let number = json!({ "e164": BUSINESS_NUMBER, "national": "(855) 508-0989", "region": "US" });
    let main = json!({
        "address": BUSINESS_NUMBER, "channel": "sms", "inbox": "main", "name": "Main line", "number": number,
    });
    let senders = anna.get("/api/senders").await.expect_status(200)["senders"].clone();
    assert_eq!(senders[0], main);
    let channels: Vec<(&str, &str)> = senders
        .as_array()
        .unwrap()
        .iter()
        .map(|sender| (sender["channel"].as_str().unwrap(), sender["address"].as_str().unwrap()))
        .collect();
    let expected = [
        ("sms", BUSINESS_NUMBER),
        ("sms", "+12025550100"),
        ("whatsapp", "whatsapp:+18555080990"),
        ("messenger", "messenger:110000000000001"),
        ("rcs", "rcs:partyline_demo_agent"),
    ];
    assert_eq!(channels, expected);
    system.stop().await;
}
