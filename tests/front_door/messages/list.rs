//! `GET /api/conversations/{id}/messages`.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::started;
use crate::desk::person::bodies;
use crate::desk::{Desk, Person, customer};

fn messages(page: &Value) -> Vec<Value> {
    page["messages"].as_array().unwrap().clone()
}

fn numbers(page: &Value) -> Vec<u32> {
    bodies(&messages(page)).iter().map(|body| body.parse().unwrap()).collect()
}

/// A conversation with the texts 0 to `count`, `apart` from each other.
async fn counted(desk: &Desk, person: &Person<'_>, count: u32, apart: Duration) -> String {
    let number = customer();
    for text in 0..count {
        desk.text(&number, &text.to_string()).await;
        desk.pass(apart);
    }
    person.conversation_with(&number).await
}

#[tokio::test]
async fn the_newest_page_comes_first_and_older_ones_by_cursor() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = counted(&desk, &anna, 13, Duration::ZERO).await;
    let mut page = anna.thread(&thread, "?limit=5").await;
    let mut seen = vec![numbers(&page)];
    while let Some(older) = page["older"].as_str() {
        page = anna.thread(&thread, &format!("?limit=5&before={older}")).await;
        seen.push(numbers(&page));
    }
    assert_eq!(seen, [vec![8, 9, 10, 11, 12], vec![3, 4, 5, 6, 7], vec![0, 1, 2]]);
    let whole = anna.thread(&thread, "?limit=13").await;
    assert_eq!((numbers(&whole), &whole["older"]), ((0..13).collect(), &json!(null)));
    desk.close().await;
}

#[tokio::test]
async fn reading_forward_misses_nothing_however_small_the_pages() {
    let desk = Desk::open().await;
    let mut anna = desk.admin().await;
    for (count, apart) in [(9, 11), (9, 4), (14, 0)] {
        let thread = counted(&desk, &anna, count, Duration::from_secs(apart)).await;
        anna = anna.refreshed().await;
        let newest = anna.thread(&thread, "?limit=1").await["newer"].clone();
        let mut cursor = oldest(&anna, &thread).await;
        let mut seen = BTreeSet::from([0]);
        while newest != cursor {
            let page = anna.thread(&thread, &format!("?limit=3&after={cursor}")).await;
            let fresh = numbers(&page).into_iter().filter(|number| seen.insert(*number)).count();
            assert!((1..=3).contains(&fresh), "what overlaps, and as many new ones as asked");
            cursor = page["newer"].as_str().unwrap().to_owned();
        }
        assert_eq!(seen, (0..count).collect(), "{apart}");
    }
    desk.close().await;
}

/// The cursor of the oldest message.
async fn oldest(person: &Person<'_>, thread: &str) -> String {
    let mut page = person.thread(thread, "?limit=1").await;
    while let Some(older) = page["older"].as_str() {
        page = person.thread(thread, &format!("?limit=1&before={older}")).await;
    }
    page["newer"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn reading_forward_overlaps_by_ten_seconds() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.hold();
    for (text, wait) in [("0", 11), ("1", 9), ("2", 0)] {
        desk.text(&number, text).await;
        desk.pass(Duration::from_secs(wait));
    }
    let thread = anna.conversation_with(&number).await;
    let newer = anna.thread(&thread, "").await["newer"].as_str().unwrap().to_owned();
    let again = anna.thread(&thread, &format!("?after={newer}")).await;
    assert_eq!(numbers(&again), [1, 2]);
    desk.text(&number, "3").await;
    let next = anna.thread(&thread, &format!("?after={newer}")).await;
    assert_eq!(numbers(&next), [1, 2, 3]);
    desk.close().await;
}

#[tokio::test]
async fn an_empty_thread_has_no_cursors() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    let empty = json!({ "messages": [], "older": null, "newer": null, "cleared": null });
    assert_eq!(anna.thread(&thread, "").await, empty);
    desk.close().await;
}

#[tokio::test]
async fn forged_foreign_and_double_cursors_are_refused() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let one = counted(&desk, &anna, 3, Duration::ZERO).await;
    let other = counted(&desk, &anna, 3, Duration::ZERO).await;
    let page = anna.thread(&one, "?limit=1").await;
    let (older, newer) = (page["older"].as_str().unwrap(), page["newer"].as_str().unwrap());
    let odd = [
        (&other, format!("before={older}")),
        (&other, format!("after={newer}")),
        (&one, "before=AAAA".to_owned()),
        (&one, format!("after={}", "A".repeat(5_000))),
        (&one, format!("before={older}&after={newer}")),
        (&one, "limit=0".to_owned()),
        (&one, "limit=101".to_owned()),
        (&one, format!("until={older}")),
    ];
    for (thread, query) in odd {
        anna.get(&format!("/api/conversations/{thread}/messages?{query}")).await.refused(400);
    }
    let absent = format!("/api/conversations/{}/messages", "d".repeat(26));
    anna.get(&absent).await.refused(404);
    desk.close().await;
}

#[tokio::test]
async fn a_send_that_waits_at_twilio_shows_the_step_it_is_at() {
    use local::twilio::{CreateFault, Rule};

    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = started(&anna).await;
    let busy = Rule::next(CreateFault::Answer { status: 429 }).lasting(Duration::from_mins(2));
    desk.twilio().script().on_create(busy);
    anna.send(&thread, "one").await;
    anna.send(&thread, "two").await;
    desk.settle().await;
    let waiting = anna.messages(&thread).await;
    assert_eq!(waiting[0]["intent"]["state"], "later");
    assert_eq!(waiting[1]["intent"]["state"], "ready");
    desk.pass(Duration::from_mins(3));
    desk.system().run_schedule("sweep").await.unwrap();
    desk.settle().await;
    let sent = anna.messages(&thread).await;
    for message in &sent {
        assert_eq!((&message["intent"], &message["status"]), (&json!(null), &"delivered".into()));
        assert_eq!(message["outcome"], json!({ "kind": "sent" }));
    }
    assert_eq!(bodies(&sent), ["one", "two"]);
    desk.close().await;
}

#[tokio::test]
async fn words_are_found_within_the_thread_two_hundred_messages_a_request() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    for body in ["Zwei Ünal Kaffee", "kaffee", "Tee"] {
        desk.text(&number, body).await;
    }
    for number_of in 0..205 {
        desk.text(&number, &format!("no {number_of}")).await;
    }
    for body in ["KAFFEE, bitte: unal!", "🎸 solo"] {
        desk.text(&number, body).await;
    }
    let thread = anna.conversation_with(&number).await;
    let first = anna.thread(&thread, "?search=kaffee+unal").await;
    assert_eq!(bodies(&messages(&first)), ["KAFFEE, bitte: unal!"]);
    let older = first["older"].as_str().unwrap();
    let second = anna.thread(&thread, &format!("?search=kaffee+unal&before={older}")).await;
    assert_eq!(
        (bodies(&messages(&second)), &second["older"]),
        (vec!["Zwei Ünal Kaffee"], &json!(null))
    );
    let guitar = anna.thread(&thread, "?search=%F0%9F%8E%B8").await;
    assert_eq!(bodies(&messages(&guitar)), ["🎸 solo"]);
    let mut page = anna.thread(&thread, "?search=no&limit=90").await;
    let mut seen = messages(&page).len();
    while let Some(older) = page["older"].as_str() {
        page = anna.thread(&thread, &format!("?search=no&limit=90&before={older}")).await;
        assert!(messages(&page).len() <= 90);
        seen += messages(&page).len();
    }
    assert_eq!(seen, 205);
    let path = |query: &str| format!("/api/conversations/{thread}/messages?{query}");
    anna.get(&path(&format!("search=tee&before={older}"))).await.refused(400);
    anna.get(&path(&format!(
        "search=tee&around={}",
        messages(&guitar)[0]["message_id"].as_str().unwrap()
    )))
    .await
    .refused(400);
    desk.close().await;
}

#[tokio::test]
async fn a_page_around_one_message_goes_on_both_ways() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let thread = counted(&desk, &anna, 21, Duration::from_secs(11)).await;
    let all = messages(&anna.thread(&thread, "?limit=100").await);
    let tenth = all[10]["message_id"].as_str().unwrap();
    let page = anna.thread(&thread, &format!("?around={tenth}&limit=7")).await;
    assert_eq!(numbers(&page), [7, 8, 9, 10, 11, 12, 13]);
    let older = page["older"].as_str().unwrap();
    let before = anna.thread(&thread, &format!("?before={older}&limit=3")).await;
    assert_eq!(numbers(&before), [4, 5, 6]);
    let newer = page["newer"].as_str().unwrap();
    let after = anna.thread(&thread, &format!("?after={newer}&limit=3")).await;
    assert_eq!(numbers(&after), [13, 14, 15, 16]);
    let first = all[0]["message_id"].as_str().unwrap();
    let begin = anna.thread(&thread, &format!("?around={first}&limit=4")).await;
    assert_eq!((numbers(&begin), &begin["older"]), (vec![0, 1, 2], &json!(null)));
    for id in ["x", "01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        let path = format!("/api/conversations/{thread}/messages?around={id}");
        anna.get(&path).await.refused(404);
    }
    desk.close().await;
}
