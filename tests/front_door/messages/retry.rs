//! `POST /api/conversations/{id}/messages/{message}/retry`.

use futures_util::future::join_all;
use serde_json::{Value, json};
use twilio_simulator::PhoneCondition;

use super::{send_rejected, start_conversation};
use crate::support::user::{bodies, conversation_id, new_idempotency_key};
use crate::support::{TestSystem, customer_number};

#[tokio::test]
async fn a_rejected_message_is_retried_as_a_new_message_and_linked_to_it() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let failed = send_rejected(&system, &anna, "Hi").await;
    let retried = anna.try_retry(&failed, &new_idempotency_key()).await.expect_status(202);
    assert_ne!(retried["message_id"], failed["message_id"]);
    assert_eq!((&retried["body"], &retried["status"]), (&failed["body"], &"queued".into()));
    system.wait_until_idle().await;
    let thread = anna.messages(failed["conversation_id"].as_str().unwrap()).await;
    assert_eq!(bodies(&thread), ["Hi", "Hi"]);
    assert_eq!(thread[0]["retried_by"], retried["message_id"]);
    assert_eq!(
        (&thread[0]["status"], &thread[1]["retried_by"]),
        (&"rejected".into(), &json!(null))
    );
    system.stop().await;
}

#[tokio::test]
async fn an_undelivered_message_can_be_retried() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let thread = conversation_id(&anna.start_conversation(&number).await).to_owned();
    system.twilio().set_condition(&number, PhoneCondition::Unreachable).unwrap();
    anna.send(&thread, "Hi").await;
    system.wait_until_idle().await;
    let failed = anna.messages(&thread).await[0].clone();
    assert_eq!(
        (&failed["status"], &failed["error"]["code"]),
        (&"undelivered".into(), &30003.into())
    );
    system.twilio().set_condition(&number, PhoneCondition::Reachable).unwrap();
    anna.try_retry(&failed, &new_idempotency_key()).await.expect_status(202);
    system.wait_until_idle().await;
    let retried = anna.messages(&thread).await[1].clone();
    assert_eq!(retried["status"], "delivered", "{retried:#}");
    system.stop().await;
}

#[tokio::test]
async fn a_repeated_retry_sends_once_and_a_second_retry_is_a_conflict() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (failed, retry_key) = (send_rejected(&system, &anna, "Hi").await, new_idempotency_key());
    let responses = join_all((0..6).map(|_| anna.try_retry(&failed, &retry_key))).await;
    let responses: Vec<Value> =
        responses.into_iter().map(|response| response.expect_status(202)).collect();
    assert!(responses.iter().all(|click| click["message_id"] == responses[0]["message_id"]));
    let detail = anna.try_retry(&failed, &new_idempotency_key()).await.error_detail(409);
    assert_eq!(detail, "This message did not fail or was already resent.");
    let late_response = anna.try_retry(&failed, &retry_key).await.expect_status(202);
    assert_eq!(late_response["message_id"], responses[0]["message_id"]);
    assert_eq!(anna.messages(failed["conversation_id"].as_str().unwrap()).await.len(), 2);
    system.stop().await;
}

#[tokio::test]
async fn only_one_of_two_concurrent_retries_succeeds() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let berta = system.agent(&anna, "berta").await;
    let failed = send_rejected(&system, &anna, "Hi").await;
    let keys = [
        new_idempotency_key(),
        new_idempotency_key(),
        new_idempotency_key(),
        new_idempotency_key(),
    ];
    let requests = keys.iter().enumerate().map(|(index, key)| {
        let user = if index % 2 == 0 { &anna } else { &berta };
        user.try_retry(&failed, key)
    });
    let mut statuses: Vec<u16> =
        join_all(requests).await.iter().map(|response| response.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409, 409, 409]);
    system.wait_until_idle().await;
    assert_eq!(anna.messages(failed["conversation_id"].as_str().unwrap()).await.len(), 2);
    system.stop().await;
}

#[tokio::test]
async fn a_retry_with_an_already_used_idempotency_key_is_a_conflict() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let failed = send_rejected(&system, &anna, "Hi").await;
    let original_key = failed["idempotency_key"].as_str().unwrap();
    let detail = anna.try_retry(&failed, original_key).await.error_detail(409);
    assert_eq!(detail, "This idempotency key was already used for a different message.");
    let conversation = failed["conversation_id"].as_str().unwrap();
    let used_key = new_idempotency_key();
    anna.try_send(conversation, "Hi", &used_key).await.expect_status(202);
    anna.try_retry(&failed, &used_key).await.expect_error(409);
    system.wait_until_idle().await;
    assert_eq!(anna.messages(conversation).await[0]["retried_by"], json!(null));
    anna.try_retry(&failed, &new_idempotency_key()).await.expect_status(202);
    system.stop().await;
}

#[tokio::test]
async fn a_message_that_did_not_fail_is_not_retried() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    let thread = anna.conversation_id_with(&number).await;
    let queued = anna.send(&thread, "Hello").await;
    anna.try_retry(&queued, &new_idempotency_key()).await.expect_error(409);
    system.wait_until_idle().await;
    for message in anna.messages(&thread).await {
        anna.try_retry(&message, &new_idempotency_key()).await.expect_error(409);
    }
    assert_eq!(anna.messages(&thread).await.len(), 2);
    system.stop().await;
}

#[tokio::test]
async fn a_missing_message_is_not_retried() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let failed = send_rejected(&system, &anna, "Hi").await;
    let other_conversation = start_conversation(&anna).await;
    let retry = |conversation: &str, message: &str| {
        let path = format!("/api/conversations/{conversation}/messages/{message}/retry");
        let anna = anna.clone();
        async move { anna.post(&path, json!({ "idempotency_key": new_idempotency_key() })).await }
    };
    let (conversation, message) =
        (failed["conversation_id"].as_str().unwrap(), failed["message_id"].as_str().unwrap());
    retry(&other_conversation, message).await.expect_error(404);
    retry(&"f".repeat(26), message).await.expect_error(404);
    for invalid_id in ["x", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "%00", "META"] {
        retry(conversation, invalid_id).await.expect_error(404);
    }
    anna.try_retry(&failed, "bad key").await.expect_error(422);
    system.stop().await;
}
