//! `/api/conversations`: listed, searched, read, started, changed.

mod delete;
mod erase;
mod get;
mod list;
mod mark_read;
mod search;
mod start;
mod update;

use serde_json::Value;

use crate::desk::person::id;
use crate::desk::{Desk, Person, customer};

/// The conversations of a page.
fn listed(page: &Value) -> Vec<Value> {
    page["conversations"].as_array().unwrap().clone()
}

/// Their ids.
fn ids(page: &Value) -> Vec<String> {
    listed(page).iter().map(|conversation| id(conversation).to_owned()).collect()
}

/// A conversation in which a customer has written; its id.
async fn written(desk: &Desk, person: &Person<'_>, body: &str) -> String {
    let number = customer();
    desk.text(&number, body).await;
    person.conversation_with(&number).await
}

/// Nobody waits in it any more.
async fn read(person: &Person<'_>, id: &str) -> Value {
    let rev = person.conversation(id).await["rev"].clone();
    person.mark_read(id, &rev).await.is(200)
}

/// A conversation with two texts, and the `rev` by which a page shows it that has heard of the first alone.
async fn drawn_before_the_last(desk: &Desk, person: &Person<'_>) -> (String, Value) {
    let number = customer();
    desk.text(&number, "One").await;
    let conversation = person.conversation_with(&number).await;
    let drawn = person.conversation(&conversation).await["rev"].clone();
    desk.text(&number, "Two").await;
    (conversation, drawn)
}

/// What a 409 brings of it: nobody has read either.
fn both_unread(problem: &Value) -> &Value {
    let current = &problem["current"];
    assert_eq!((&current["unread_count"], &current["preview"]["body"]), (&2.into(), &"Two".into()));
    current
}
