//! `POST /api/conversations/{id}/read`.

use futures_util::future::join_all;
use serde_json::json;

use super::{
    conversation_with_outdated_rev, expect_two_unread, mark_as_read, receive_from_new_customer,
};
use crate::support::TestSystem;

#[tokio::test]
async fn marking_a_conversation_read_applies_to_all_users() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let berta = system.agent(&anna, "berta").await;
    let conversation = receive_from_new_customer(&system, &anna, "Hi").await;
    let read = mark_as_read(&anna, &conversation).await;
    assert_eq!((&read["unread_count"], &read["rev"]), (&0.into(), &2.into()));
    assert_eq!(berta.get_conversation(&conversation).await, read);
    assert_eq!(berta.list_conversations("?filter=unread").await["conversations"], json!([]));
    assert_eq!(berta.list_conversations("").await["conversations"], json!([read]));
    system.stop().await;
}

#[tokio::test]
async fn a_message_that_arrived_after_the_given_rev_stays_unread() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (conversation, outdated_rev) = conversation_with_outdated_rev(&system, &anna).await;
    let problem = anna.mark_read(&conversation, &outdated_rev).await.expect_error(409);
    let current = expect_two_unread(&problem);
    assert_eq!(
        anna.mark_read(&conversation, &current["rev"]).await.expect_status(200)["unread_count"],
        0
    );
    anna.mark_read(&conversation, &json!(99)).await.expect_status(200);
    system.stop().await;
}

#[tokio::test]
async fn marking_a_read_conversation_read_writes_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "Hi").await;
    let read = mark_as_read(&anna, &conversation).await;
    for rev in [json!(1), json!(2), json!(0), json!(u64::MAX)] {
        assert_eq!(anna.mark_read(&conversation, &rev).await.expect_status(200), read);
    }
    system.stop().await;
}

#[tokio::test]
async fn concurrent_mark_read_requests_all_return_the_current_state() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "Hi").await;
    let rev = json!(1);
    for response in join_all((0..6).map(|_| anna.mark_read(&conversation, &rev))).await {
        let current =
            if response.status == 409 { &response.body["current"] } else { &response.body };
        assert_eq!((&current["unread_count"], &current["rev"]), (&0.into(), &2.into()));
    }
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_rev_is_rejected() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "Hi").await;
    for rev in [json!(-1), json!("1"), json!(null), json!(1.5), json!(1e40)] {
        anna.mark_read(&conversation, &rev).await.expect_error(400);
    }
    assert_eq!(anna.get_conversation(&conversation).await["unread_count"], 1);
    anna.mark_read(&"c".repeat(26), &json!(1)).await.expect_error(404);
    system.stop().await;
}
