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
