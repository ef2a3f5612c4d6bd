//! `/twilio/…`: what Twilio posts, and what says that it is Twilio.

mod deliveries;
mod events;
mod extras;
mod invalid_http;
mod messages;
mod properties;
mod quarantine;
mod signatures;
mod streams;
mod vectors;

use serde_json::Value;

use crate::support::TestUser;

/// What is in quarantine, the newest first.
async fn quarantine_items(user: &TestUser<'_>) -> Vec<Value> {
    let page = user.get("/api/quarantine?limit=100").await.expect_status(200);
    page["items"].as_array().unwrap().clone()
}

/// The reasons for which something is in quarantine.
async fn quarantine_reasons(user: &TestUser<'_>) -> Vec<String> {
    let items = quarantine_items(user).await;
    items.iter().map(|item| item["reason"].as_str().unwrap().to_owned()).collect()
}
