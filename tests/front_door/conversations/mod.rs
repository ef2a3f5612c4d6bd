//! `/api/conversations`.

mod delete;
mod erase;
mod get;
mod list;
mod mark_read;
mod search;
mod start;
mod update;
mod waiting;

use serde_json::Value;

use crate::support::user::conversation_id;
use crate::support::{TestSystem, TestUser, customer_number};

/// Returns the conversations of a page.
fn conversations_in(page: &Value) -> Vec<Value> {
    page["conversations"].as_array().unwrap().clone()
}

/// Returns the IDs of the conversations of a page.
fn conversation_ids(page: &Value) -> Vec<String> {
    conversations_in(page)
        .iter()
        .map(|conversation| conversation_id(conversation).to_owned())
        .collect()
}

/// Receives a text from a new customer. Returns the ID of the conversation.
async fn receive_from_new_customer(system: &TestSystem, user: &TestUser<'_>, body: &str) -> String {
    let number = customer_number();
    system.receive_text(&number, body).await;
    user.conversation_id_with(&number).await
}

/// Marks a conversation read and returns it.
async fn mark_as_read(user: &TestUser<'_>, id: &str) -> Value {
    let rev = user.get_conversation(id).await["rev"].clone();
    user.mark_read(id, &rev).await.expect_status(200)
}

/// Returns a conversation with two texts, and its `rev` after the first one.
async fn conversation_with_outdated_rev(
    system: &TestSystem,
    user: &TestUser<'_>,
) -> (String, Value) {
    let number = customer_number();
    system.receive_text(&number, "One").await;
    let conversation = user.conversation_id_with(&number).await;
    let outdated_rev = user.get_conversation(&conversation).await["rev"].clone();
    system.receive_text(&number, "Two").await;
    (conversation, outdated_rev)
}

/// Asserts that the current state in a conflict has two unread messages, and returns it.
fn expect_two_unread(problem: &Value) -> &Value {
    let current = &problem["current"];
    assert_eq!((&current["unread_count"], &current["preview"]["body"]), (&2.into(), &"Two".into()));
    current
}
