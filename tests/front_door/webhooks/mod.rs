//! `/twilio/…`: webhooks and their signatures.

mod deliveries;
mod events;
mod extras;
mod identity;
mod invalid_http;
mod messages;
mod properties;
mod quarantine;
mod signatures;
mod streams;
mod vectors;

use serde_json::Value;

use crate::support::TestUser;

/// Returns the quarantine entries, newest first.
async fn quarantine_items(user: &TestUser<'_>) -> Vec<Value> {
    let page = user.get("/api/quarantine?limit=100").await.expect_status(200);
    page["items"].as_array().unwrap().clone()
}

/// Returns the reasons of the quarantine entries.
async fn quarantine_reasons(user: &TestUser<'_>) -> Vec<String> {
    let items = quarantine_items(user).await;
    items.iter().map(|item| item["reason"].as_str().unwrap().to_owned()).collect()
}
