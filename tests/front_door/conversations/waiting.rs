//! Waiting: the customer's last message is not answered yet.

use std::slice;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{conversation_ids, mark_as_read, receive_from_new_customer};
use crate::support::{TestSystem, TestUser, customer_number};

async fn waiting_ids(user: &TestUser<'_>) -> Vec<String> {
    conversation_ids(&user.list_conversations("?filter=waiting").await)
}

async fn patch(user: &TestUser<'_>, id: &str, mut body: Value) -> Value {
    body["rev"] = user.get_conversation(id).await["rev"].clone();
    user.patch(&format!("/api/conversations/{id}"), body).await.expect_status(200)
}

async fn list_counts(user: &TestUser<'_>, query: &str) -> [(u64, bool); 2] {
    let counts = user.list_conversations(query).await["counts"].clone();
    ["waiting", "unread"].map(|name| {
        (counts[name]["count"].as_u64().unwrap(), counts[name]["more"].as_bool().unwrap())
    })
}

#[tokio::test]
async fn a_conversation_waits_until_it_is_answered_although_it_was_read() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "Is it open?").await;
    let since = anna.get_conversation(&conversation).await["waiting_since"].clone();
    assert!(since.is_string());
    assert_eq!(waiting_ids(&anna).await, slice::from_ref(&conversation));
    let read = mark_as_read(&anna, &conversation).await;
    assert_eq!((&read["unread_count"], &read["waiting_since"]), (&0.into(), &since));
    assert_eq!(waiting_ids(&anna).await, slice::from_ref(&conversation));
    assert_eq!(anna.list_conversations("?filter=unread").await["conversations"], json!([]));
    // A second message does not start the waiting again.
    let number = read["mobile_number"].as_str().unwrap();
    system.receive_text(number, "Hello?").await;
    assert_eq!(anna.get_conversation(&conversation).await["waiting_since"], since);
    mark_as_read(&anna, &conversation).await;
    anna.send(&conversation, "Until six").await;
    let answered = anna.get_conversation(&conversation).await;
    assert_eq!(answered["waiting_since"], json!(null));
    assert_eq!(waiting_ids(&anna).await, [""; 0]);
    assert_eq!(conversation_ids(&anna.list_conversations("").await), [conversation]);
    system.stop().await;
}

#[tokio::test]
async fn an_answer_leaves_what_arrived_unseen_unread() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "One").await;
    anna.send(&conversation, "Hello").await;
    let answered = anna.get_conversation(&conversation).await;
    assert_eq!(answered["unread_count"], 1);
    assert_eq!(waiting_ids(&anna).await, slice::from_ref(&conversation));
    let read = mark_as_read(&anna, &conversation).await;
    assert_eq!(read["waiting_since"], json!(null), "the last word is ours");
    assert_eq!(waiting_ids(&anna).await, [""; 0]);
    system.stop().await;
}

#[tokio::test]
async fn closing_dismissing_and_marking_unread_move_a_conversation() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "Thanks, bye").await;
    mark_as_read(&anna, &conversation).await;
    let dismissed = patch(&anna, &conversation, json!({ "waiting": false })).await;
    assert_eq!((&dismissed["waiting_since"], &dismissed["status"]), (&json!(null), &json!("open")));
    assert_eq!(waiting_ids(&anna).await, [""; 0]);
    let unread = patch(&anna, &conversation, json!({ "unread": true })).await;
    assert_eq!(unread["unread_count"], 1);
    assert_eq!(waiting_ids(&anna).await, slice::from_ref(&conversation));
    let dismissed = patch(&anna, &conversation, json!({ "waiting": false })).await;
    assert_eq!(dismissed["unread_count"], 0);

    let number = dismissed["mobile_number"].as_str().unwrap();
    system.receive_text(number, "One more thing").await;
    mark_as_read(&anna, &conversation).await;
    let closed = patch(&anna, &conversation, json!({ "status": "closed" })).await;
    assert_eq!(closed["waiting_since"], json!(null));
    let reopened = patch(&anna, &conversation, json!({ "status": "open" })).await;
    assert_eq!(reopened["waiting_since"], json!(null));
    assert_eq!(waiting_ids(&anna).await, [""; 0]);
    // Who opts out cannot be answered.
    system.receive_text(number, "STOP").await;
    mark_as_read(&anna, &conversation).await;
    assert_eq!(waiting_ids(&anna).await, [""; 0]);
    system.stop().await;
}

#[tokio::test]
async fn moving_requires_the_revision_that_was_shown_and_one_direction() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "Hi").await;
    let path = format!("/api/conversations/{conversation}");
    for body in [
        json!({ "unread": true }),
        json!({ "waiting": false }),
        json!({ "unread": false, "rev": 1 }),
        json!({ "waiting": true, "rev": 1 }),
        json!({ "unread": true, "waiting": false, "rev": 1 }),
        json!({ "rev": 1 }),
    ] {
        anna.patch(&path, body).await.expect_error(422);
    }
    let number = customer_number();
    assert_ne!(number, "");
    mark_as_read(&anna, &conversation).await;
    for body in [json!({ "unread": true, "rev": 1 }), json!({ "waiting": false, "rev": 1 })] {
        let problem = anna.patch(&path, body).await.expect_error(409);
        assert_eq!(problem["current"]["rev"], 2);
    }
    system.stop().await;
}

#[tokio::test]
async fn name_note_and_place_change_together_or_not_at_all() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "Hi").await;
    let path = format!("/api/conversations/{conversation}");
    let all = json!({
        "contact_name": "Ida", "note": "Prefers calls", "status": "closed", "rev": 1,
    });
    let changed = anna.patch(&path, all).await.expect_status(200);
    assert_eq!(
        (&changed["contact_name"], &changed["note"], &changed["status"], &changed["rev"]),
        (&"Ida".into(), &"Prefers calls".into(), &"closed".into(), &2.into())
    );
    let outdated = json!({ "contact_name": "Eva", "previous_contact_name": "Ida", "status": "open", "rev": 1 });
    anna.patch(&path, outdated).await.expect_error(409);
    let other_note = json!({ "contact_name": "Eva", "previous_contact_name": "Ida", "note": "x", "previous_note": "y" });
    anna.patch(&path, other_note).await.expect_error(409);
    assert_eq!(anna.get_conversation(&conversation).await, changed);
    system.stop().await;
}

#[tokio::test]
async fn the_longest_waiting_come_first_and_counts_are_exact_up_to_99() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        ids.push(receive_from_new_customer(&system, &anna, text).await);
    }
    mark_as_read(&anna, &ids[1]).await;
    // The first one writes again, so that it is at the top by last activity.
    let first = anna.get_conversation(&ids[0]).await;
    system.receive_text(first["mobile_number"].as_str().unwrap(), "again").await;
    let sorted = anna.list_conversations("?filter=waiting&sort=longest_waiting&counts=true").await;
    assert_eq!(conversation_ids(&sorted), ids);
    assert_eq!((&sorted["incomplete"], &sorted["cursor"]), (&json!(false), &json!(null)));
    assert_eq!(list_counts(&anna, "?counts=true").await, [(3, false), (2, false)]);
    assert_eq!(list_counts(&anna, "?counts=true&channel=sms").await, [(3, false), (2, false)]);
    assert_eq!(list_counts(&anna, "?counts=true&channel=rcs").await, [(0, false), (0, false)]);
    for _ in 0..98 {
        system.receive_text(&customer_number(), "more").await;
    }
    assert_eq!(list_counts(&anna, "?counts=true").await, [(99, true), (99, true)]);
    for query in ["?sort=longest_waiting", "?filter=all", "?counts=1", "?filter=waiting&sort=name"]
    {
        anna.get(&format!("/api/conversations{query}")).await.expect_error(400);
    }
    system.stop().await;
}

#[tokio::test]
async fn with_more_than_200_waiting_the_oldest_activity_is_sorted_and_the_rest_is_announced() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    for _ in 0..205 {
        system.receive_text(&customer_number(), "hi").await;
    }
    let sorted = anna.list_conversations("?filter=waiting&sort=longest_waiting").await;
    let rows = sorted["conversations"].as_array().unwrap();
    assert_eq!((rows.len(), &sorted["incomplete"]), (200, &json!(true)));
    let time = |row: &Value| row["waiting_since"].as_str().unwrap().parse::<Timestamp>().unwrap();
    let times: Vec<_> = rows.iter().map(time).collect();
    assert!(times.is_sorted());
    let counts = list_counts(&anna, "?counts=true&channel=sms").await;
    assert_eq!(counts, [(200, true), (200, true)]);
    system.stop().await;
}

#[tokio::test]
async fn a_search_in_all_lists_finds_open_and_closed_conversations() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let body = |to: &str| json!({ "to": to, "contact_name": "Kim" });
    let open = anna.post("/api/conversations", body("+12065550171")).await.expect_status(201);
    let closed = anna.post("/api/conversations", body("+12065550172")).await.expect_status(201);
    let closed_id = closed["conversation_id"].as_str().unwrap();
    patch(&anna, closed_id, json!({ "status": "closed" })).await;
    let found = conversation_ids(&anna.list_conversations("?filter=all&search=kim").await);
    assert_eq!(found, [closed_id, open["conversation_id"].as_str().unwrap()]);
    system.stop().await;
}
