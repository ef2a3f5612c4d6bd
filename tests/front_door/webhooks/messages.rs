//! `POST /twilio/messages`: a customer's text, once, whatever comes how often.

use futures_util::future::join_all;
use serde_json::json;

use crate::desk::person::bodies;
use crate::desk::webhook::{sid, text};
use crate::desk::{Desk, Webhook, customer};

#[tokio::test]
async fn an_empty_text_is_a_message() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "").await;
    let mut without = text(&desk, &sid("SM"), &number, "");
    without.retain(|(name, _)| name != "Body");
    Webhook::form(&desk, "/twilio/messages", &without).send().await.is(200);
    let thread = anna.messages(&anna.conversation_with(&number).await).await;
    assert_eq!(bodies(&thread), ["", ""]);
    assert_eq!(
        (&thread[0]["status"], &thread[0]["direction"]),
        (&"received".into(), &"inbound".into())
    );
    desk.close().await;
}

#[tokio::test]
async fn the_same_text_delivered_many_times_at_once_is_one() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (sid, number) = (sid("SM"), customer());
    let copies = (0..24).map(|_| Webhook::text(&desk, &sid, &number, "Hi").send());
    for answer in join_all(copies).await {
        assert_eq!((answer.status, &*answer.text), (200, "<Response/>"));
        assert_eq!(answer.header("content-type"), Some("text/xml"));
    }
    let id = anna.conversation_with(&number).await;
    let now = anna.conversation(&id).await;
    assert_eq!((&now["unread_count"], &now["rev"]), (&1.into(), &1.into()));
    assert_eq!(anna.messages(&id).await.len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn many_texts_of_one_number_at_once_are_all_there() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let texts: Vec<String> = (0..24).map(|text| format!("{text:02}")).collect();
    join_all(texts.iter().map(|body| desk.text(&number, body))).await;
    let id = anna.conversation_with(&number).await;
    let thread = anna.messages(&id).await;
    let mut seen = bodies(&thread);
    seen.sort_unstable();
    assert_eq!(seen, texts);
    assert_eq!(anna.conversation(&id).await["unread_count"], 24);
    assert_eq!(anna.list("").await["conversations"].as_array().unwrap().len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn a_replay_after_a_month_changes_nothing() {
    let desk = Desk::open().await;
    let (sid, number) = (sid("SM"), customer());
    Webhook::text(&desk, &sid, &number, "Hi").send().await.is(200);
    desk.pass(std::time::Duration::from_hours(24 * 30));
    desk.system().dynamodb().sweep().await.unwrap();
    Webhook::text(&desk, &sid, &number, "Hi").send().await.is(200);
    let anna = desk.admin().await;
    let id = anna.conversation_with(&number).await;
    assert_eq!(anna.conversation(&id).await["unread_count"], json!(1));
    assert_eq!(anna.messages(&id).await.len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn markup_and_odd_characters_are_kept_as_they_are() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let long = "ü".repeat(1_600);
    let strange =
        ["<script>alert(1)</script>", "100% + ' \" & = ;", "a\u{0}b", "\u{202e}abc", "👩‍👩‍👧", &long];
    for body in strange {
        desk.text(&number, body).await;
    }
    let thread = anna.messages(&anna.conversation_with(&number).await).await;
    assert_eq!(bodies(&thread), strange);
    desk.close().await;
}
