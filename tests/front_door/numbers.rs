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
    for (typed, reason) in [
        ("", "Type a phone number."),
        ("2065", "This number is too short."),
        ("hello", "This is not a phone number."),
        (OURS, "This is our own number."),
    ] {
        let checked = check(&anna, typed).await;
        let expected = json!({
            "valid": false, "number": null, "reason": reason, "conversation": null,
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
async fn our_numbers_are_listed() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = json!({ "e164": OURS, "national": "(855) 508-0989", "region": "US" });
    let main = json!({
        "address": OURS, "channel": "sms", "inbox": "main", "name": "Main line", "number": number,
    });
    assert_eq!(anna.get("/api/senders").await.is(200), json!({ "senders": [main] }));
    desk.close().await;
}
