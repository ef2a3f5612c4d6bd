//! `/twilio/…`: what Twilio posts, and what says that it is Twilio.

mod deliveries;
mod events;
mod messages;
mod particulars;
mod properties;
mod quarantine;
mod signatures;
mod strangers;
mod streams;
mod vectors;

use serde_json::Value;

use crate::desk::Person;

/// What is in quarantine, the newest first.
async fn kept(person: &Person<'_>) -> Vec<Value> {
    let page = person.get("/api/quarantine?limit=100").await.is(200);
    page["items"].as_array().unwrap().clone()
}

/// The reasons for which something is in quarantine.
async fn reasons(person: &Person<'_>) -> Vec<String> {
    let kept = kept(person).await;
    kept.iter().map(|item| item["reason"].as_str().unwrap().to_owned()).collect()
}
