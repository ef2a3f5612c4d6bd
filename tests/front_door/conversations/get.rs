//! `GET /api/conversations/{id}`.

use serde_json::json;

use crate::desk::person::id;
use crate::desk::{Desk, OURS};

#[tokio::test]
async fn a_conversation_says_all_that_the_desk_shows() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    desk.text("+12065550143", "Hello?").await;
    let found = anna.conversation(&anna.conversation_with("+12065550143").await).await;
    let number = json!({ "e164": "+12065550143", "national": "(206) 555-0143", "region": "US" });
    assert_eq!(found["number"], number);
    assert_eq!(
        (&found["twilio_number"], &found["mobile_number"]),
        (&OURS.into(), &"+12065550143".into())
    );
    assert_eq!((&found["channel"], &found["inbox"]), (&"sms".into(), &"main".into()));
    assert_eq!((&found["status"], &found["unread_count"]), (&"open".into(), &1.into()));
    assert_eq!(found["contact_name"], json!(null));
    assert_eq!((&found["preview"]["body"], &found["rev"]), (&"Hello?".into(), &1.into()));
    assert_eq!(found["date_updated"], found["preview"]["at"]);
    assert!(!id(&found).contains("206555"), "an id tells no number");
    desk.close().await;
}

#[tokio::test]
async fn what_is_no_conversation_is_not_found_whatever_it_is() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let absent = "a".repeat(26);
    let odd =
        [&absent, "x", "META", "CONV%23x", "..", "%2e%2e", "%00", "%F0%9F%98%80", "a%20b", "'"];
    for id in odd {
        if id.starts_with('.') || id.starts_with("%2e") {
            continue;
        }
        let said = anna.get(&format!("/api/conversations/{id}")).await.says(404);
        assert_eq!(said, "There is no such conversation.", "{id}");
    }
    desk.close().await;
}
