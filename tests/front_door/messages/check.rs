//! `POST /api/conversations/{id}/messages/check`.

use serde_json::{Value, json};

use super::start_conversation;
use crate::support::user::{conversation_id, new_idempotency_key};
use crate::support::{TestSystem, TestUser, customer_number};

async fn check_send(user: &TestUser<'_>, thread: &str, body: &str, media: Value) -> Value {
    let path = format!("/api/conversations/{thread}/messages/check");
    user.post(&path, json!({ "body": body, "media": media })).await.expect_status(200)
}

fn reason_codes(result: &Value) -> Vec<&str> {
    result["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["code"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_draft_is_counted_in_the_segments_that_are_sent() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    let plain = check_send(&anna, &thread, "See you at noon", json!([])).await;
    assert_eq!((&plain["decision"], &plain["reasons"]), (&"allowed".into(), &json!([])));
    assert_eq!(
        plain["segments"],
        json!({
            "encoding": "gsm7", "count": 1, "units": 15, "characters": 15, "remaining_units": 145, "ucs2_characters": [],
            "smart_encoded": null,
        })
    );
    let text = format!("{}’", "a".repeat(70));
    let ucs2 = check_send(&anna, &thread, &text, json!([])).await;
    assert_eq!(
        (&ucs2["segments"]["encoding"], &ucs2["segments"]["count"]),
        (&"ucs2".into(), &2.into())
    );
    assert_eq!(
        ucs2["segments"]["ucs2_characters"],
        json!([{ "index": 70, "character": "’", "replacement": "'" }])
    );
    assert_eq!(ucs2["segments"]["smart_encoded"]["count"], 1);
    // Twilio counts the same number when the message is sent.
    anna.try_send(&thread, &text, &new_idempotency_key()).await.expect_status(202);
    system.wait_until_idle().await;
    assert_eq!(anna.messages(&thread).await[0]["segments"], 2);
    system.stop().await;
}

#[tokio::test]
async fn a_send_check_returns_all_blocking_reasons() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "STOP").await;
    let thread = anna.conversation_id_with(&number).await;
    let image = json!([{ "content_type": "image/svg+xml", "size": 100 }]);
    let result = check_send(&anna, &thread, &"x".repeat(1_601), image).await;
    assert_eq!(result["decision"], "denied");
    assert_eq!(reason_codes(&result), ["opted_out", "too_long", "media_not_allowed"]);
    let large_image = json!([{ "content_type": "image/png", "size": 6 * 1024 * 1024 }]);
    let other_thread = start_conversation(&anna).await;
    assert_eq!(
        reason_codes(&check_send(&anna, &other_thread, "", large_image).await),
        ["media_too_large"]
    );
    assert_eq!(reason_codes(&check_send(&anna, &other_thread, " ", json!([])).await), ["empty"]);
    let many_images: Vec<Value> =
        (0..11).map(|_| json!({ "content_type": "image/png", "size": 1 })).collect();
    assert_eq!(
        reason_codes(&check_send(&anna, &other_thread, "", json!(many_images)).await),
        ["too_many_media"]
    );
    system.stop().await;
}

#[tokio::test]
async fn a_send_check_names_the_exceeded_size_limit() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    let file = |content_type: &str, kilobytes: u64| json!({ "content_type": content_type, "size": kilobytes * 1024 });
    for (media, text) in [
        (
            json!([file("application/pdf", 600)]),
            "On this channel, a file of this type can be at most 500 KB.",
        ),
        (json!([file("image/png", 6 * 1024)]), "On this channel, an image can be at most 5 MB."),
        (
            json!([file("image/png", 3 * 1024), file("image/png", 3 * 1024)]),
            "On this channel, all attachments together can be at most 5 MB.",
        ),
    ] {
        let result = check_send(&anna, &thread, "", media).await;
        assert_eq!(reason_codes(&result), ["media_too_large"]);
        assert_eq!(result["reasons"][0]["text"], text);
    }
    let max_size = json!([file("application/pdf", 500), file("image/png", 4 * 1024)]);
    assert_eq!(check_send(&anna, &thread, "", max_size).await["decision"], "allowed");
    system.stop().await;
}

#[tokio::test]
async fn a_contact_in_another_country_can_be_answered_but_not_messaged_first() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let first = conversation_id(&anna.start_conversation("+447400123456").await).to_owned();
    assert_eq!(
        reason_codes(&check_send(&anna, &first, "Hi", json!([])).await),
        ["country_not_allowed"]
    );
    let error = anna.try_send(&first, "Hi", &new_idempotency_key()).await.error_detail(422);
    assert_eq!(
        error,
        "Messages to this country (GB) are not allowed. An admin can allow this country in the sender’s configuration."
    );
    system.receive_text("+447400123456", "Hello?").await;
    anna.try_send(&first, "Hi", &new_idempotency_key()).await.expect_status(202);
    system.stop().await;
}

#[tokio::test]
async fn a_user_over_the_rate_limit_waits_for_the_next_minute() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    let key = new_idempotency_key();
    anna.try_send(&thread, "Hi", &key).await.expect_status(202);
    system.wait_until_idle().await;
    // On the frozen clock, all repetitions are within one minute. The first send may be in the minute before.
    system.freeze_clock();
    // Repetitions with the same idempotency key count, too: the limit is meant for runaway scripts.
    for _ in 0..600 {
        anna.try_send(&thread, "Hi", &key).await.expect_status(202);
    }
    let result = check_send(&anna, &thread, "Hi", json!([])).await;
    assert_eq!(
        (&result["decision"], reason_codes(&result)),
        (&"wait".into(), vec!["user_rate_limit"])
    );
    assert!(result["retry_at"].is_string());
    let error = anna.try_send(&thread, "Another", &new_idempotency_key()).await;
    assert!(error.header("retry-after").is_some());
    error.expect_error(429);
    system.advance(std::time::Duration::from_mins(1));
    anna.try_send(&thread, "Another", &new_idempotency_key()).await.expect_status(202);
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_send_check_is_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    let path = format!("/api/conversations/{thread}/messages/check");
    for invalid_body in [json!({}), json!({ "body": 1 }), json!({ "body": "x", "to": "y" })] {
        anna.post(&path, invalid_body).await.expect_error(400);
    }
    anna.post(&path, json!({ "body": "x".repeat(10_001) })).await.expect_error(413);
    anna.post(&path, json!({ "body": "x".repeat(1024 * 1024) })).await.expect_error(413);
    let missing_path = format!("/api/conversations/{}/messages/check", "a".repeat(26));
    anna.post(&missing_path, json!({ "body": "x" })).await.expect_error(404);
    system.stop().await;
}
