//! `GET /api/conversations/{id}/messages/{message}`.

use crate::desk::person::id;
use crate::desk::{Desk, customer};

#[tokio::test]
async fn one_message_is_shown_as_in_its_thread_and_in_no_other() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    anna.send(&conversation, "Hi").await;
    desk.settle().await;
    let listed = anna.messages(&conversation).await[0].clone();
    let path = |conversation: &str, message: &str| {
        format!("/api/conversations/{conversation}/messages/{message}")
    };
    let message = listed["message_id"].as_str().unwrap();
    assert_eq!(anna.get(&path(&conversation, message)).await.is(200), listed);
    let other = id(&anna.start(&customer()).await).to_owned();
    for (conversation, message) in [
        (&*other, message),
        (&*conversation, "x"),
        ("x", message),
        (&conversation, "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ] {
        anna.get(&path(conversation, message)).await.refused(404);
    }
    desk.close().await;
}
