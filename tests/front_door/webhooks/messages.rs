//! `POST /twilio/messages`: inbound messages, each stored exactly once.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::user::bodies;
use crate::support::webhook::{inbound_text_form, new_sid};
use crate::support::{TestSystem, Webhook, customer_number};

#[tokio::test]
async fn an_empty_text_is_a_message() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "").await;
    let mut without_body = inbound_text_form(&system, &new_sid("SM"), &number, "");
    without_body.retain(|(name, _)| name != "Body");
    Webhook::form(&system, "/twilio/messages", &without_body).send().await.expect_status(200);
    let thread = anna.messages(&anna.conversation_id_with(&number).await).await;
    assert_eq!(bodies(&thread), ["", ""]);
    assert_eq!(
        (&thread[0]["status"], &thread[0]["direction"]),
        (&"received".into(), &"inbound".into())
    );
    system.stop().await;
}

#[tokio::test]
async fn concurrent_duplicates_of_a_webhook_are_stored_once() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (sid, number) = (new_sid("SM"), customer_number());
    let duplicates = (0..24).map(|_| Webhook::inbound_text(&system, &sid, &number, "Hi").send());
    for response in join_all(duplicates).await {
        assert_eq!((response.status, &*response.text), (200, "<Response/>"));
        assert_eq!(response.header("content-type"), Some("text/xml"));
    }
    let id = anna.conversation_id_with(&number).await;
    let conversation = anna.get_conversation(&id).await;
    assert_eq!((&conversation["unread_count"], &conversation["rev"]), (&1.into(), &1.into()));
    assert_eq!(anna.messages(&id).await.len(), 1);
    system.stop().await;
}

#[tokio::test]
async fn concurrent_texts_of_one_number_are_all_stored() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let texts: Vec<String> = (0..24).map(|text| format!("{text:02}")).collect();
    join_all(texts.iter().map(|body| system.receive_text(&number, body))).await;
    let id = anna.conversation_id_with(&number).await;
    let thread = anna.messages(&id).await;
    let mut stored_bodies = bodies(&thread);
    stored_bodies.sort_unstable();
    assert_eq!(stored_bodies, texts);
    assert_eq!(anna.get_conversation(&id).await["unread_count"], 24);
    assert_eq!(anna.list_conversations("").await["conversations"].as_array().unwrap().len(), 1);
    system.stop().await;
}

#[tokio::test]
async fn a_replay_after_a_month_changes_nothing() {
    let system = TestSystem::start().await;
    let (sid, number) = (new_sid("SM"), customer_number());
    Webhook::inbound_text(&system, &sid, &number, "Hi").send().await.expect_status(200);
    system.advance(std::time::Duration::from_hours(24 * 30));
    system.inner().dynamodb().sweep().await.unwrap();
    Webhook::inbound_text(&system, &sid, &number, "Hi").send().await.expect_status(200);
    let anna = system.admin().await;
    let id = anna.conversation_id_with(&number).await;
    assert_eq!(anna.get_conversation(&id).await["unread_count"], json!(1));
    assert_eq!(anna.messages(&id).await.len(), 1);
    system.stop().await;
}

#[tokio::test]
async fn markup_and_unusual_characters_are_stored_unchanged() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let long = "ü".repeat(1_600);
    let unusual_texts =
        ["<script>alert(1)</script>", "100% + ' \" & = ;", "a\u{0}b", "\u{202e}abc", "👩‍👩‍👧", &long];
    for body in unusual_texts {
        system.receive_text(&number, body).await;
    }
    let thread = anna.messages(&anna.conversation_id_with(&number).await).await;
    assert_eq!(bodies(&thread), unusual_texts);
    system.stop().await;
}
