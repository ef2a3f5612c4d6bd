//! `GET /api/conversations/{id}/messages/{message}`.

use crate::support::user::conversation_id;
use crate::support::{TestSystem, customer_number};

#[tokio::test]
async fn a_message_is_returned_only_for_its_own_conversation() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    anna.send(&conversation, "Hi").await;
    system.wait_until_idle().await;
    let listed_message = anna.messages(&conversation).await[0].clone();
    let path = |conversation: &str, message: &str| {
        format!("/api/conversations/{conversation}/messages/{message}")
    };
    let message = listed_message["message_id"].as_str().unwrap();
    assert_eq!(anna.get(&path(&conversation, message)).await.expect_status(200), listed_message);
    let other_conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    for (conversation, message) in [
        (&*other_conversation, message),
        (&*conversation, "x"),
        ("x", message),
        (&conversation, "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ] {
        anna.get(&path(conversation, message)).await.expect_error(404);
    }
    system.stop().await;
}
