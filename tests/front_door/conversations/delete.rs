//! `DELETE /api/conversations/{id}`.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    conversation_ids, conversation_with_outdated_rev, expect_two_unread, receive_from_new_customer,
};
use crate::support::user::{bodies, new_idempotency_key};
use crate::support::{TestResponse, TestSystem, TestUser, customer_number};

/// Deletes a conversation and returns the response.
pub async fn delete_conversation(user: &TestUser<'_>, id: &str) -> TestResponse {
    user.call(Method::DELETE, &format!("/api/conversations/{id}")).send().await
}

/// Deletes a conversation at a revision and returns the response.
async fn delete_at_rev(user: &TestUser<'_>, id: &str, rev: &Value) -> TestResponse {
    delete_conversation(user, &format!("{id}?rev={rev}")).await
}

#[tokio::test]
async fn a_deleted_conversation_is_not_found_by_any_request() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    let deleted = anna.conversation_id_with(&number).await;
    anna.update_conversation(&deleted, json!({ "contact_name": "Ida Berg", "note": "Secret" }))
        .await
        .expect_status(200);
    let message = anna.messages(&deleted).await[0]["message_id"].as_str().unwrap().to_owned();
    let response = delete_conversation(&anna, &deleted).await;
    assert_eq!((response.status, &*response.text), (202, ""));
    let expected_detail = "Conversation not found.";
    assert_eq!(
        delete_conversation(&anna, &deleted).await.error_detail(404),
        expected_detail,
        "deleting twice"
    );
    assert_eq!(
        anna.try_send(&deleted, "Too late", &new_idempotency_key()).await.error_detail(404),
        expected_detail
    );
    let path = format!("/api/conversations/{deleted}");
    anna.get(&path).await.expect_error(404);
    anna.get(&format!("{path}/messages")).await.expect_error(404);
    anna.get(&format!("{path}/messages/{message}")).await.expect_error(404);
    anna.update_conversation(&deleted, json!({ "status": "open" })).await.expect_error(404);
    for query in ["", "?filter=closed", "?filter=unread", "?search=ida", "?search=berg"] {
        assert_eq!(conversation_ids(&anna.list_conversations(query).await), [""; 0], "{query}");
    }
    delete_conversation(&anna, "nothing").await.expect_error(404);
    system.stop().await;
}

#[tokio::test]
async fn only_admins_delete() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let berta = system.agent(&anna, "berta").await;
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    let conversation = anna.conversation_id_with(&number).await;
    delete_conversation(&berta, &conversation).await.expect_error(403);
    assert_eq!(bodies(&berta.messages(&conversation).await), ["Hi"]);
    assert_eq!(delete_conversation(&anna, &conversation).await.status, 202);
    system.stop().await;
}

#[tokio::test]
async fn deleting_at_an_outdated_rev_is_a_conflict() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (conversation, outdated_rev) = conversation_with_outdated_rev(&system, &anna).await;
    let problem = delete_at_rev(&anna, &conversation, &outdated_rev).await.expect_error(409);
    let current = expect_two_unread(&problem);
    assert_eq!(&anna.get_conversation(&conversation).await, current);
    assert_eq!(bodies(&anna.messages(&conversation).await), ["One", "Two"]);
    assert_eq!(delete_at_rev(&anna, &conversation, &current["rev"]).await.status, 202);
    delete_at_rev(&anna, &conversation, &current["rev"]).await.expect_error(404);
    system.stop().await;
}

#[tokio::test]
async fn a_text_that_arrives_during_a_deletion_is_kept() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    let conversation = anna.conversation_id_with(&number).await;
    for round in 0..12 {
        let rev = anna.get_conversation(&conversation).await["rev"].clone();
        let body = format!("Text {round}");
        let (deleted, _) = tokio::join!(
            delete_at_rev(&anna, &conversation, &rev),
            system.receive_text(&number, &body)
        );
        assert!([202, 409].contains(&deleted.status), "{}", deleted.text);
        assert_eq!(bodies(&anna.messages(&conversation).await).last(), Some(&&*body));
    }
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_rev_deletes_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "Hi").await;
    for rev in ["", "x", "-1", "1.5", "null", "1e3", "99999999999999999999999", "0x1"] {
        let detail = delete_conversation(&anna, &format!("{conversation}?rev={rev}"))
            .await
            .error_detail(400);
        assert_eq!(detail, "`rev` must be a whole number.", "{rev}");
    }
    delete_conversation(&anna, &format!("{conversation}?seen=1")).await.expect_error(400);
    assert_eq!(anna.get_conversation(&conversation).await["unread_count"], 1);
    system.stop().await;
}
