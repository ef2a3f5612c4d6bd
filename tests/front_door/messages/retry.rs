//! `POST /api/conversations/{id}/messages/{message}/retry`.

use futures_util::future::join_all;
use local::twilio::Condition;
use serde_json::{Value, json};

use super::{refused, started};
use crate::desk::person::{bodies, id, key};
use crate::desk::{Desk, customer};

#[tokio::test]
async fn a_refused_message_is_sent_again_as_a_new_one_and_says_so() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let old = refused(&desk, &anna, "Hi").await;
    let again = anna.try_retry(&old, &key()).await.is(202);
    assert_ne!(again["message_id"], old["message_id"]);
    assert_eq!((&again["body"], &again["status"]), (&old["body"], &"queued".into()));
    desk.settle().await;
    let thread = anna.messages(old["conversation_id"].as_str().unwrap()).await;
    assert_eq!(bodies(&thread), ["Hi", "Hi"]);
    assert_eq!(thread[0]["retried_by"], again["message_id"]);
    assert_eq!((&thread[0]["status"], &thread[1]["retried_by"]), (&"refused".into(), &json!(null)));
    desk.close().await;
}

#[tokio::test]
async fn an_undelivered_message_may_be_sent_again_once_the_phone_is_back() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let thread = id(&anna.start(&number).await).to_owned();
    desk.twilio().set_condition(&number, Condition::Unreachable).unwrap();
    anna.send(&thread, "Hi").await;
    desk.settle().await;
    let failed = anna.messages(&thread).await[0].clone();
    assert_eq!(
        (&failed["status"], &failed["error"]["code"]),
        (&"undelivered".into(), &30003.into())
    );
    desk.twilio().set_condition(&number, Condition::Reachable).unwrap();
    anna.try_retry(&failed, &key()).await.is(202);
    desk.settle().await;
    let again = anna.messages(&thread).await[1].clone();
    assert_eq!(again["status"], "delivered", "{again:#}");
    desk.close().await;
}

#[tokio::test]
async fn the_same_click_twice_sends_once_and_another_click_is_too_late() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (old, one) = (refused(&desk, &anna, "Hi").await, key());
    let clicks = join_all((0..6).map(|_| anna.try_retry(&old, &one))).await;
    let clicks: Vec<Value> = clicks.into_iter().map(|answer| answer.is(202)).collect();
    assert!(clicks.iter().all(|click| click["message_id"] == clicks[0]["message_id"]));
    let said = anna.try_retry(&old, &key()).await.says(409);
    assert_eq!(said, "This message did not fail, or it was sent again already.");
    let late = anna.try_retry(&old, &one).await.is(202);
    assert_eq!(late["message_id"], clicks[0]["message_id"]);
    assert_eq!(anna.messages(old["conversation_id"].as_str().unwrap()).await.len(), 2);
    desk.close().await;
}

#[tokio::test]
async fn of_two_people_who_retry_at_once_one_does() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let berta = desk.agent(&anna, "berta").await;
    let old = refused(&desk, &anna, "Hi").await;
    let keys = [key(), key(), key(), key()];
    let clicks = keys.iter().enumerate().map(|(turn, key)| {
        let person = if turn % 2 == 0 { &anna } else { &berta };
        person.try_retry(&old, key)
    });
    let mut statuses: Vec<u16> =
        join_all(clicks).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409, 409, 409]);
    desk.settle().await;
    assert_eq!(anna.messages(old["conversation_id"].as_str().unwrap()).await.len(), 2);
    desk.close().await;
}

#[tokio::test]
async fn the_key_of_another_click_is_no_retry() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let old = refused(&desk, &anna, "Hi").await;
    let own = old["idempotency_key"].as_str().unwrap();
    let said = anna.try_retry(&old, own).await.says(409);
    assert_eq!(said, "This key was used for another message.");
    let conversation = old["conversation_id"].as_str().unwrap();
    let used = key();
    anna.try_send(conversation, "Hi", &used).await.is(202);
    anna.try_retry(&old, &used).await.refused(409);
    desk.settle().await;
    assert_eq!(anna.messages(conversation).await[0]["retried_by"], json!(null));
    anna.try_retry(&old, &key()).await.is(202);
    desk.close().await;
}

#[tokio::test]
async fn what_did_not_fail_is_not_sent_again() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "Hi").await;
    let thread = anna.conversation_with(&number).await;
    let queued = anna.send(&thread, "Hello").await;
    anna.try_retry(&queued, &key()).await.refused(409);
    desk.settle().await;
    for message in anna.messages(&thread).await {
        anna.try_retry(&message, &key()).await.refused(409);
    }
    assert_eq!(anna.messages(&thread).await.len(), 2);
    desk.close().await;
}

#[tokio::test]
async fn what_is_not_there_is_not_sent_again() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let old = refused(&desk, &anna, "Hi").await;
    let other = started(&anna).await;
    let retry = |conversation: &str, message: &str| {
        let path = format!("/api/conversations/{conversation}/messages/{message}/retry");
        let anna = anna.clone();
        async move { anna.post(&path, json!({ "idempotency_key": key() })).await }
    };
    let (conversation, message) =
        (old["conversation_id"].as_str().unwrap(), old["message_id"].as_str().unwrap());
    retry(&other, message).await.refused(404);
    retry(&"f".repeat(26), message).await.refused(404);
    for odd in ["x", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "%00", "META"] {
        retry(conversation, odd).await.refused(404);
    }
    anna.try_retry(&old, "bad key").await.refused(422);
    desk.close().await;
}
