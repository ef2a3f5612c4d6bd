//! `POST /api/numbers/check` and `GET /api/senders`.

use serde_json::{Value, json};

use crate::desk::{Desk, OURS, Person};

async fn check(person: &Person<'_>, typed: &str) -> Value {
    person.post("/api/numbers/check", json!({ "number": typed })).await.is(200)
}

#[tokio::test]
async fn a_number_is_checked_as_it_is_typed() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let known = anna.start("+12065550143").await;
    let found = check(&anna, "(206) 555-0143").await;
    let number = json!({ "e164": "+12065550143", "national": "(206) 555-0143", "region": "US" });
    assert_eq!(found["number"], number);
    assert_eq!((&found["valid"], &found["conversation"]), (&json!(true), &known));
    let unknown = check(&anna, "+44 20 7946 0018").await;
    assert_eq!(
        (&unknown["number"]["region"], &unknown["conversation"]),
        (&"GB".into(), &json!(null))
    );
    for (typed, reason, key) in [
        ("", "Type a phone number.", "number.empty"),
        ("2065", "This number is too short.", "number.too_short"),
        ("hello", "This is not a phone number.", "number.none"),
        (OURS, "This is our own number.", "number.ours"),
    ] {
        let checked = check(&anna, typed).await;
        let expected = json!({
            "valid": false, "number": null, "from": OURS, "conversation": null,
            "reason": reason, "sentence": { "key": key, "values": {} },
        });
        assert_eq!(checked, expected, "{typed}");
    }
    let mut odd = vec!["+".repeat(50_000), "\u{0}".to_owned(), "٠١٢٣٤٥٦٧٨٩".to_owned()];
    odd.push("1".repeat(50_000));
    for typed in odd {
        check(&anna, &typed).await;
    }
    let foreign = json!({ "number": "+12065550143", "from": "+12025550100" });
    anna.post("/api/numbers/check", foreign).await.refused(422);
    anna.post("/api/numbers/check", json!({ "to": "+1" })).await.refused(400);
    desk.close().await;
}

#[tokio::test]
async fn a_number_is_known_on_the_channel_that_is_asked_for() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let wanted = json!({ "to": "(206) 555-0143", "channel": "whatsapp" });
    let known = anna.post("/api/conversations", wanted).await.is(201);
    let asked = json!({ "number": "+12065550143", "channel": "whatsapp" });
    let found = anna.post("/api/numbers/check", asked).await.is(200);
    assert_eq!((&found["conversation"], &found["valid"]), (&known, &true.into()));
    assert_eq!(check(&anna, "+12065550143").await["conversation"], json!(null));
    desk.close().await;
}

#[tokio::test]
async fn our_senders_are_listed_with_their_channels() {
    let desk = Desk::with(|options| {
        options.settings.further_numbers = vec!["+12025550100".to_owned()];
    })
    .await;
    let anna = desk.admin().await;
    let number = json!({ "e164": OURS, "national": "(855) 508-0989", "region": "US" });
    let main = json!({
        "address": OURS, "channel": "sms", "inbox": "main", "name": "Main line", "number": number,
    });
    let senders = anna.get("/api/senders").await.is(200)["senders"].clone();
    assert_eq!(senders[0], main);
    let listed: Vec<(&str, &str)> = senders
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["channel"].as_str().unwrap(), s["address"].as_str().unwrap()))
        .collect();
    let expected = [
        ("sms", OURS),
        ("sms", "+12025550100"),
        ("whatsapp", "whatsapp:+18555080990"),
        ("messenger", "messenger:110000000000001"),
        ("rcs", "rcs:partyline_demo_agent"),
    ];
    assert_eq!(listed, expected);
    desk.close().await;
}
