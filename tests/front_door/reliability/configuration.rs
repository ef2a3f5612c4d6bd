//! Configuration that changes while the functions run.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::webhook::{inbound_text_form, new_sid, sign, with_param};
use crate::support::{TestSystem, TestUser, Webhook, customer_number};

const TWILIO: &str = "/partyline/twilio";
const SENDERS: &str = "/partyline/senders";
const NEW_NUMBER: &str = "+12025550100";

fn change(system: &TestSystem, name: &str, change: impl FnOnce(&mut Value)) {
    let parameters = system.inner().parameters();
    let mut value: Value = serde_json::from_str(&parameters.value(name).unwrap()).unwrap();
    change(&mut value);
    parameters.put(name, value.to_string());
}

/// Posts a text that is signed with this auth token. Returns the status.
async fn post_signed(system: &TestSystem, token: &str) -> u16 {
    let form = inbound_text_form(system, &new_sid("SM"), &customer_number(), "Hi");
    let signature = sign(token, &system.url("/twilio/messages"), &form);
    let webhook = Webhook::form(system, "/twilio/messages", &form);
    webhook.signature(Some(&signature)).send().await.status
}

async fn quarantine_count(user: &TestUser<'_>) -> usize {
    let items = user.get("/api/quarantine").await.expect_status(200)["items"].clone();
    items.as_array().unwrap().len()
}

#[tokio::test]
async fn a_rotated_auth_token_is_accepted_at_once_and_the_old_one_rejected_after_five_minutes() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let old = system.inner().settings().auth_token.clone();
    assert_eq!(post_signed(&system, &old).await, 200);
    change(&system, TWILIO, |twilio| twilio["auth_tokens"] = json!(["the next token"]));
    system.advance(Duration::from_secs(61));
    assert_eq!(post_signed(&system, "the next token").await, 200);
    assert_eq!(quarantine_count(&anna).await, 0, "the first try is not quarantined");
    // A leaked token is not accepted any more.
    assert_eq!(post_signed(&system, &old).await, 403);
    system.stop().await;
}

#[tokio::test]
async fn parameters_are_read_again_after_five_minutes_and_kept_if_that_fails() {
    let system = TestSystem::start().await;
    let old = system.inner().settings().auth_token.clone();
    assert_eq!(post_signed(&system, &old).await, 200);
    change(&system, TWILIO, |twilio| twilio["auth_tokens"] = json!(["the next token"]));
    system.advance(Duration::from_secs(299));
    assert_eq!(post_signed(&system, &old).await, 200, "a valid signature does not read again");
    system.advance(Duration::from_secs(2));
    assert_eq!(post_signed(&system, &old).await, 403);
    assert_eq!(post_signed(&system, "the next token").await, 200);
    // Invalid parameters change nothing.
    system.inner().parameters().put(TWILIO, "{".to_owned());
    system.advance(Duration::from_mins(6));
    assert_eq!(post_signed(&system, "the next token").await, 200);
    system.stop().await;
}

#[tokio::test]
async fn a_new_sender_gets_messages_and_sends_without_a_restart() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let form = inbound_text_form(&system, &new_sid("SM"), &customer_number(), "Hi");
    let form = with_param(form, "To", NEW_NUMBER);
    let post = || async {
        Webhook::form(&system, "/twilio/messages", &form).send().await.expect_status(200);
    };
    post().await;
    assert_eq!(quarantine_count(&anna).await, 1);
    change(&system, SENDERS, |senders| {
        let sender = json!({ "address": NEW_NUMBER, "name": "New", "inbox": "main" });
        senders.as_array_mut().unwrap().push(sender);
    });
    post().await;
    assert_eq!(quarantine_count(&anna).await, 1, "read at most once a minute");
    system.advance(Duration::from_secs(61));
    post().await;
    let conversation = anna.list_conversations("").await["conversations"][0].clone();
    assert_eq!(conversation["twilio_number"], NEW_NUMBER);
    system.advance(Duration::from_mins(5));
    let id = conversation["conversation_id"].as_str().unwrap();
    anna.send(id, "Hello").await;
    system.wait_until_idle().await;
    assert_eq!(system.twilio().creates().len(), 1);
    system.stop().await;
}
