//! `GET /api/conversations/{id}/messages`.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::start_conversation;
use crate::support::user::bodies;
use crate::support::{TestSystem, TestUser, customer_number};

fn messages_in(page: &Value) -> Vec<Value> {
    page["messages"].as_array().unwrap().clone()
}

fn numbers_in(page: &Value) -> Vec<u32> {
    bodies(&messages_in(page)).iter().map(|body| body.parse().unwrap()).collect()
}

/// Receives the texts 0 to `count`, with the given interval between them.
async fn receive_numbered_texts(
    system: &TestSystem,
    user: &TestUser<'_>,
    count: u32,
    interval: Duration,
) -> String {
    let number = customer_number();
    for text in 0..count {
        system.receive_text(&number, &text.to_string()).await;
        system.advance(interval);
    }
    user.conversation_id_with(&number).await
}

#[tokio::test]
async fn the_newest_page_comes_first_and_older_pages_by_cursor() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = receive_numbered_texts(&system, &anna, 13, Duration::ZERO).await;
    let mut page = anna.list_messages(&thread, "?limit=5").await;
    let mut seen_pages = vec![numbers_in(&page)];
    while let Some(older) = page["older_cursor"].as_str() {
        page = anna.list_messages(&thread, &format!("?limit=5&before={older}")).await;
        seen_pages.push(numbers_in(&page));
    }
    assert_eq!(seen_pages, [vec![8, 9, 10, 11, 12], vec![3, 4, 5, 6, 7], vec![0, 1, 2]]);
    let full = anna.list_messages(&thread, "?limit=13").await;
    assert_eq!((numbers_in(&full), &full["older_cursor"]), ((0..13).collect(), &json!(null)));
    system.stop().await;
}

#[tokio::test]
async fn reading_forward_in_small_pages_misses_nothing() {
    let system = TestSystem::start().await;
    let mut anna = system.admin().await;
    for (count, interval) in [(9, 11), (9, 4), (14, 0)] {
        let thread =
            receive_numbered_texts(&system, &anna, count, Duration::from_secs(interval)).await;
        anna = anna.refresh().await;
        let newest = anna.list_messages(&thread, "?limit=1").await["newer_cursor"].clone();
        let mut cursor = oldest_cursor(&anna, &thread).await;
        let mut seen_numbers = BTreeSet::from([0]);
        while newest != cursor {
            let page = anna.list_messages(&thread, &format!("?limit=3&after={cursor}")).await;
            let new_count =
                numbers_in(&page).into_iter().filter(|number| seen_numbers.insert(*number)).count();
            assert!((1..=3).contains(&new_count), "{new_count} new messages");
            cursor = page["newer_cursor"].as_str().unwrap().to_owned();
        }
        assert_eq!(seen_numbers, (0..count).collect(), "{interval}");
    }
    system.stop().await;
}

/// Returns the cursor at the oldest message.
async fn oldest_cursor(user: &TestUser<'_>, thread: &str) -> String {
    let mut page = user.list_messages(thread, "?limit=1").await;
    while let Some(older) = page["older_cursor"].as_str() {
        page = user.list_messages(thread, &format!("?limit=1&before={older}")).await;
    }
    page["newer_cursor"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn reading_forward_overlaps_by_ten_seconds() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.freeze_clock();
    for (text, wait) in [("0", 11), ("1", 9), ("2", 0)] {
        system.receive_text(&number, text).await;
        system.advance(Duration::from_secs(wait));
    }
    let thread = anna.conversation_id_with(&number).await;
    let newer = anna.list_messages(&thread, "").await["newer_cursor"].as_str().unwrap().to_owned();
    let page = anna.list_messages(&thread, &format!("?after={newer}")).await;
    assert_eq!(numbers_in(&page), [1, 2]);
    system.receive_text(&number, "3").await;
    let next_page = anna.list_messages(&thread, &format!("?after={newer}")).await;
    assert_eq!(numbers_in(&next_page), [1, 2, 3]);
    system.stop().await;
}

#[tokio::test]
async fn an_empty_thread_has_no_cursors() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    let empty = json!({ "messages": [], "older_cursor": null, "newer_cursor": null, "deleted_through": null });
    assert_eq!(anna.list_messages(&thread, "").await, empty);
    system.stop().await;
}

#[tokio::test]
async fn forged_foreign_and_combined_cursors_are_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = receive_numbered_texts(&system, &anna, 3, Duration::ZERO).await;
    let other_thread = receive_numbered_texts(&system, &anna, 3, Duration::ZERO).await;
    let page = anna.list_messages(&thread, "?limit=1").await;
    let (older, newer) =
        (page["older_cursor"].as_str().unwrap(), page["newer_cursor"].as_str().unwrap());
    let invalid_queries = [
        (&other_thread, format!("before={older}")),
        (&other_thread, format!("after={newer}")),
        (&thread, "before=AAAA".to_owned()),
        (&thread, format!("after={}", "A".repeat(5_000))),
        (&thread, format!("before={older}&after={newer}")),
        (&thread, "limit=0".to_owned()),
        (&thread, "limit=101".to_owned()),
        (&thread, format!("until={older}")),
    ];
    for (queried_thread, query) in invalid_queries {
        anna.get(&format!("/api/conversations/{queried_thread}/messages?{query}"))
            .await
            .expect_error(400);
    }
    let absent = format!("/api/conversations/{}/messages", "d".repeat(26));
    anna.get(&absent).await.expect_error(404);
    system.stop().await;
}

#[tokio::test]
async fn a_deferred_send_shows_its_outbox_state() {
    use twilio_simulator::{CreateFault, FaultRule};

    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = start_conversation(&anna).await;
    let busy_rule =
        FaultRule::next(CreateFault::Respond { status: 429 }).lasting(Duration::from_mins(2));
    system.twilio().script().on_create(busy_rule);
    anna.send(&thread, "one").await;
    anna.send(&thread, "two").await;
    system.wait_until_idle().await;
    let queued = anna.messages(&thread).await;
    assert_eq!(queued[0]["outbox"]["state"], "deferred");
    assert_eq!(queued[1]["outbox"]["state"], "ready");
    system.advance(Duration::from_mins(3));
    system.inner().run_schedule("sweep").await.unwrap();
    system.wait_until_idle().await;
    let sent = anna.messages(&thread).await;
    for message in &sent {
        assert_eq!((&message["outbox"], &message["status"]), (&json!(null), &"delivered".into()));
        assert_eq!(message["send_result"], json!({ "kind": "accepted" }));
    }
    assert_eq!(bodies(&sent), ["one", "two"]);
    system.stop().await;
}

#[tokio::test]
async fn a_thread_search_reads_two_hundred_messages_per_request() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    for body in ["Zwei Ünal Kaffee", "kaffee", "Tee"] {
        system.receive_text(&number, body).await;
    }
    for index in 0..205 {
        system.receive_text(&number, &format!("no {index}")).await;
    }
    for body in ["KAFFEE, bitte: unal!", "🎸 solo"] {
        system.receive_text(&number, body).await;
    }
    let thread = anna.conversation_id_with(&number).await;
    let first = anna.list_messages(&thread, "?search=kaffee+unal").await;
    assert_eq!(bodies(&messages_in(&first)), ["KAFFEE, bitte: unal!"]);
    let older = first["older_cursor"].as_str().unwrap();
    let second = anna.list_messages(&thread, &format!("?search=kaffee+unal&before={older}")).await;
    assert_eq!(
        (bodies(&messages_in(&second)), &second["older_cursor"]),
        (vec!["Zwei Ünal Kaffee"], &json!(null))
    );
    let guitar = anna.list_messages(&thread, "?search=%F0%9F%8E%B8").await;
    assert_eq!(bodies(&messages_in(&guitar)), ["🎸 solo"]);
    let mut page = anna.list_messages(&thread, "?search=no&limit=90").await;
    let mut seen_count = messages_in(&page).len();
    while let Some(older) = page["older_cursor"].as_str() {
        page = anna.list_messages(&thread, &format!("?search=no&limit=90&before={older}")).await;
        assert!(messages_in(&page).len() <= 90);
        seen_count += messages_in(&page).len();
    }
    assert_eq!(seen_count, 205);
    let path = |query: &str| format!("/api/conversations/{thread}/messages?{query}");
    anna.get(&path(&format!("search=tee&before={older}"))).await.expect_error(400);
    anna.get(&path(&format!(
        "search=tee&around={}",
        messages_in(&guitar)[0]["message_id"].as_str().unwrap()
    )))
    .await
    .expect_error(400);
    system.stop().await;
}

#[tokio::test]
async fn a_page_around_a_message_has_cursors_in_both_directions() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let thread = receive_numbered_texts(&system, &anna, 21, Duration::from_secs(11)).await;
    let all_messages = messages_in(&anna.list_messages(&thread, "?limit=100").await);
    let tenth_id = all_messages[10]["message_id"].as_str().unwrap();
    let page = anna.list_messages(&thread, &format!("?around={tenth_id}&limit=7")).await;
    assert_eq!(numbers_in(&page), [7, 8, 9, 10, 11, 12, 13]);
    let older = page["older_cursor"].as_str().unwrap();
    let older_page = anna.list_messages(&thread, &format!("?before={older}&limit=3")).await;
    assert_eq!(numbers_in(&older_page), [4, 5, 6]);
    let newer = page["newer_cursor"].as_str().unwrap();
    let newer_page = anna.list_messages(&thread, &format!("?after={newer}&limit=3")).await;
    assert_eq!(numbers_in(&newer_page), [13, 14, 15, 16]);
    let first_id = all_messages[0]["message_id"].as_str().unwrap();
    let first_page = anna.list_messages(&thread, &format!("?around={first_id}&limit=4")).await;
    assert_eq!(
        (numbers_in(&first_page), &first_page["older_cursor"]),
        (vec![0, 1, 2], &json!(null))
    );
    for id in ["x", "01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        let path = format!("/api/conversations/{thread}/messages?around={id}");
        anna.get(&path).await.expect_error(404);
    }
    system.stop().await;
}
