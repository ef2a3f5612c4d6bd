//! Erasing of a deleted conversation.

use serde_json::{Value, json};

use super::conversation_ids;
use super::delete::delete_conversation;
use crate::support::user::{bodies, conversation_id};
use crate::support::webhook::{inbound_text_form, new_sid};
use crate::support::{TestSystem, Webhook, customer_number, table};

/// Returns the sort keys of the remaining items of a conversation.
async fn remaining_sort_keys(system: &TestSystem, id: &str) -> Vec<String> {
    let rows = table::rows(system, table::TABLE).await;
    let pk = format!("CONV#{id}");
    rows.into_keys().filter(|(item_pk, _)| *item_pk == pk).map(|(_, sk)| sk).collect()
}

#[tokio::test]
async fn a_deleted_conversation_is_erased_except_for_its_tombstone() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    for text in 0..120 {
        system.receive_text(&number, &format!("Text {text}")).await;
    }
    let deleted = anna.conversation_id_with(&number).await;
    anna.send(&deleted, "Ours").await;
    let note = json!({ "note": "Prefers calls" });
    anna.update_conversation(&deleted, note).await.expect_status(200);
    system.wait_until_idle().await;
    delete_conversation(&anna, &deleted).await;
    system.wait_until_idle().await;
    assert_eq!(remaining_sort_keys(&system, &deleted).await, ["META"]);
    let rows = table::rows(&system, table::TABLE).await;
    let meta_key = (format!("CONV#{deleted}"), "META".to_owned());
    let attribute_names: Vec<&String> = rows[&meta_key].as_object().unwrap().keys().collect();
    assert_eq!(
        attribute_names,
        ["deleted_through", "inbox", "kind", "last_ulid", "pk", "rev", "sk"]
    );
    let digits = number.trim_start_matches("+1");
    let search_entries = rows.keys().filter(|(pk, _)| pk.starts_with("SEARCH#")).count();
    assert_eq!(search_entries, 0, "{digits} is still found");
    system.stop().await;
}

#[tokio::test]
async fn a_text_that_arrives_during_erasing_is_kept_and_late_reports_restore_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let old_sid = new_sid("SM");
    Webhook::inbound_text(&system, &old_sid, &number, "Before")
        .send()
        .await
        .expect_acknowledgement();
    let id = anna.conversation_id_with(&number).await;
    anna.send(&id, "Ours").await;
    system.wait_until_idle().await;
    let sent = anna.messages(&id).await[1].clone();
    delete_conversation(&anna, &id).await;
    system.receive_text(&number, "Meanwhile").await;
    system.wait_until_idle().await;
    // Twilio repeats the old webhook, and sends a late callback.
    Webhook::form(
        &system,
        "/twilio/messages",
        &inbound_text_form(&system, &old_sid, &number, "Before"),
    )
    .send()
    .await
    .expect_acknowledgement();
    let late_response = Webhook::delivery(&system, &sent, "read").send().await;
    assert_eq!(late_response.status, 204);
    assert_eq!(bodies(&anna.messages(&id).await), ["Meanwhile"]);
    assert_eq!(anna.get_conversation(&id).await["unread_count"], 1);
    let message_keys: Vec<String> = remaining_sort_keys(&system, &id)
        .await
        .into_iter()
        .filter(|sk| sk.starts_with("MSG#"))
        .collect();
    assert_eq!(message_keys.len(), 1);
    system.stop().await;
}

#[tokio::test]
async fn concurrent_deletions_do_not_lose_a_concurrent_text() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let deleted = conversation_id(&anna.start_conversation(&number).await).to_owned();
    let deletions =
        futures_util::future::join_all((0..6).map(|_| delete_conversation(&anna, &deleted)));
    let text = system.receive_text(&number, "Hello?");
    let (responses, _) = futures_util::future::join(deletions, text).await;
    assert!(responses.iter().any(|answer| answer.status == 202));
    assert!(responses.iter().all(|answer| [202, 404].contains(&answer.status)));
    system.wait_until_idle().await;
    // The text was either deleted with the conversation, or arrived later and was kept.
    let list = anna.list_conversations("").await;
    let listed_count = conversation_ids(&list).len();
    let message_count = remaining_sort_keys(&system, &deleted)
        .await
        .iter()
        .filter(|sk| sk.starts_with("MSG#"))
        .count();
    assert_eq!(listed_count, message_count, "{list}");
    assert_eq!(list["conversations"].as_array().map(Vec::len), Some(listed_count));
    assert_ne!(list, Value::Null);
    system.stop().await;
}
