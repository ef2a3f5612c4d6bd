//! What is erased after a conversation was deleted.

use serde_json::Value;

use super::delete::delete;
use super::ids;
use crate::desk::person::{bodies, id};
use crate::desk::webhook::{sid, text};
use crate::desk::{Desk, Webhook, customer, table};

/// The sort keys of what is left of a conversation.
async fn left(desk: &Desk, id: &str) -> Vec<String> {
    let rows = table::rows(desk, table::TABLE).await;
    let own = format!("CONV#{id}");
    rows.into_keys().filter(|(pk, _)| *pk == own).map(|(_, sk)| sk).collect()
}

#[tokio::test]
async fn what_was_said_is_erased_and_nothing_of_the_person_stays() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    for text in 0..120 {
        desk.text(&number, &format!("Text {text}")).await;
    }
    let gone = anna.conversation_with(&number).await;
    anna.send(&gone, "Ours").await;
    desk.settle().await;
    delete(&anna, &gone).await;
    desk.settle().await;
    assert_eq!(left(&desk, &gone).await, ["META"]);
    let rows = table::rows(&desk, table::TABLE).await;
    let own = (format!("CONV#{gone}"), "META".to_owned());
    let kept: Vec<&String> = rows[&own].as_object().unwrap().keys().collect();
    assert_eq!(kept, ["cleared", "id", "inbox", "kind", "last", "pk", "rev", "sk"]);
    let digits = number.trim_start_matches("+1");
    let found = rows.keys().filter(|(pk, _)| pk.starts_with("FIND#")).count();
    assert_eq!(found, 0, "{digits} is found no more");
    desk.close().await;
}

#[tokio::test]
async fn a_text_that_arrives_meanwhile_stays_and_late_news_revives_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let old = sid("SM");
    Webhook::text(&desk, &old, &number, "Before").send().await.acknowledged();
    let id = anna.conversation_with(&number).await;
    anna.send(&id, "Ours").await;
    desk.settle().await;
    let ours = anna.messages(&id).await[1].clone();
    delete(&anna, &id).await;
    desk.text(&number, "Meanwhile").await;
    desk.settle().await;
    // Twilio repeats the old webhook, and a callback comes late.
    Webhook::form(&desk, "/twilio/messages", &text(&desk, &old, &number, "Before"))
        .send()
        .await
        .acknowledged();
    let late = Webhook::delivery(&desk, &ours, "read").send().await;
    assert_eq!(late.status, 204);
    assert_eq!(bodies(&anna.messages(&id).await), ["Meanwhile"]);
    assert_eq!(anna.conversation(&id).await["unread_count"], 1);
    let messages: Vec<String> =
        left(&desk, &id).await.into_iter().filter(|sort| sort.starts_with("MSG#")).collect();
    assert_eq!(messages.len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn of_many_who_delete_at_once_one_does_and_a_text_among_them_is_not_lost() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let gone = id(&anna.start(&number).await).to_owned();
    let deletions = futures_util::future::join_all((0..6).map(|_| delete(&anna, &gone)));
    let text = desk.text(&number, "Hello?");
    let (answers, _) = futures_util::future::join(deletions, text).await;
    assert!(answers.iter().any(|answer| answer.status == 202));
    assert!(answers.iter().all(|answer| [202, 404].contains(&answer.status)));
    desk.settle().await;
    // Either it came before the last deletion and went with it, or after and stays.
    let list = anna.list("").await;
    let shown = ids(&list).len();
    let messages = left(&desk, &gone).await.iter().filter(|sort| sort.starts_with("MSG#")).count();
    assert_eq!(shown, messages, "{list}");
    assert_eq!(list["conversations"].as_array().map(Vec::len), Some(shown));
    assert_ne!(list, Value::Null);
    desk.close().await;
}
