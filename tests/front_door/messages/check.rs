//! `POST /api/conversations/{id}/messages/check`.

use serde_json::{Value, json};

use super::started;
use crate::desk::person::{id, key};
use crate::desk::{Desk, Person, customer};

async fn check(anna: &Person<'_>, thread: &str, body: &str, media: Value) -> Value {
    let path = format!("/api/conversations/{thread}/messages/check");
    anna.post(&path, json!({ "body": body, "media": media })).await.is(200)
}

fn codes(result: &Value) -> Vec<&str> {
    result["reasons"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_text_is_counted_as_it_will_be_sent() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    let plain = check(&anna, &thread, "See you at noon", json!([])).await;
    assert_eq!((&plain["verdict"], &plain["reasons"]), (&"yes".into(), &json!([])));
    assert_eq!(
        plain["segments"],
        json!({
            "encoding": "gsm7", "count": 1, "units": 15, "characters": 15, "left": 145, "costly": [],
            "smart": null,
        })
    );
    let text = format!("{}’", "a".repeat(70));
    let costly = check(&anna, &thread, &text, json!([])).await;
    assert_eq!(
        (&costly["segments"]["encoding"], &costly["segments"]["count"]),
        (&"ucs2".into(), &2.into())
    );
    assert_eq!(
        costly["segments"]["costly"],
        json!([{ "index": 70, "character": "’", "replacement": "'" }])
    );
    assert_eq!(costly["segments"]["smart"]["count"], 1);
    // The same count as Twilio's when it goes.
    anna.try_send(&thread, &text, &key()).await.is(202);
    desk.settle().await;
    assert_eq!(anna.messages(&thread).await[0]["segments"], 2);
    desk.close().await;
}

#[tokio::test]
async fn everything_that_is_in_the_way_is_said_before_it_is_sent() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "STOP").await;
    let thread = anna.conversation_with(&number).await;
    let image = json!([{ "content_type": "image/svg+xml", "size": 100 }]);
    let result = check(&anna, &thread, &"x".repeat(1_601), image).await;
    assert_eq!(result["verdict"], "no");
    assert_eq!(codes(&result), ["opted_out", "too_long", "media_not_allowed"]);
    let large = json!([{ "content_type": "image/png", "size": 6 * 1024 * 1024 }]);
    let other = started(&anna).await;
    assert_eq!(codes(&check(&anna, &other, "", large).await), ["media_too_large"]);
    assert_eq!(codes(&check(&anna, &other, " ", json!([])).await), ["empty"]);
    let many: Vec<Value> =
        (0..11).map(|_| json!({ "content_type": "image/png", "size": 1 })).collect();
    assert_eq!(codes(&check(&anna, &other, "", json!(many)).await), ["too_many_media"]);
    desk.close().await;
}

#[tokio::test]
async fn what_is_too_large_is_told_the_limit_that_it_broke() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    let file = |content_type: &str, kilobytes: u64| json!({ "content_type": content_type, "size": kilobytes * 1024 });
    for (media, text) in [
        (
            json!([file("application/pdf", 600)]),
            "A file like this may have 500 KB at most on this channel.",
        ),
        (json!([file("image/png", 6 * 1024)]), "A picture may have 5 MB at most on this channel."),
        (
            json!([file("image/png", 3 * 1024), file("image/png", 3 * 1024)]),
            "All attachments together may have 5 MB at most on this channel.",
        ),
    ] {
        let result = check(&anna, &thread, "", media).await;
        assert_eq!(codes(&result), ["media_too_large"]);
        assert_eq!(result["reasons"][0]["text"], text);
    }
    let most = json!([file("application/pdf", 500), file("image/png", 4 * 1024)]);
    assert_eq!(check(&anna, &thread, "", most).await["verdict"], "yes");
    desk.close().await;
}

#[tokio::test]
async fn a_country_of_which_no_sender_is_may_be_answered_but_not_written_to_first() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let first = id(&anna.start("+447400123456").await).to_owned();
    assert_eq!(codes(&check(&anna, &first, "Hi", json!([])).await), ["country_not_allowed"]);
    let refusal = anna.try_send(&first, "Hi", &key()).await.says(422);
    assert_eq!(
        refusal,
        "Messages to this country (GB) are not allowed. An admin can allow it in the configuration of the sender."
    );
    desk.text("+447400123456", "Hello?").await;
    anna.try_send(&first, "Hi", &key()).await.is(202);
    desk.close().await;
}

#[tokio::test]
async fn who_sends_far_too_many_waits_for_the_next_minute() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    let key = key();
    anna.try_send(&thread, "Hi", &key).await.is(202);
    desk.settle().await;
    // However long it takes here, it is one minute there.
    desk.hold();
    // The same click counts each time: a script that hammers is what the limit is for.
    for _ in 1..600 {
        anna.try_send(&thread, "Hi", &key).await.is(202);
    }
    let result = check(&anna, &thread, "Hi", json!([])).await;
    assert_eq!((&result["verdict"], codes(&result)), (&"wait_until".into(), vec!["rate_user"]));
    assert!(result["until"].is_string());
    let refusal = anna.try_send(&thread, "Another", &crate::desk::person::key()).await;
    assert!(refusal.header("retry-after").is_some());
    refusal.refused(429);
    desk.pass(std::time::Duration::from_mins(1));
    anna.try_send(&thread, "Another", &crate::desk::person::key()).await.is(202);
    desk.close().await;
}

#[tokio::test]
async fn a_question_that_makes_no_sense_gets_a_clear_answer() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    let path = format!("/api/conversations/{thread}/messages/check");
    for odd in [json!({}), json!({ "body": 1 }), json!({ "body": "x", "to": "y" })] {
        anna.post(&path, odd).await.refused(400);
    }
    anna.post(&path, json!({ "body": "x".repeat(10_001) })).await.refused(413);
    anna.post(&path, json!({ "body": "x".repeat(1024 * 1024) })).await.refused(413);
    let elsewhere = format!("/api/conversations/{}/messages/check", "a".repeat(26));
    anna.post(&elsewhere, json!({ "body": "x" })).await.refused(404);
    desk.close().await;
}
