//! `DELETE /api/conversations/{id}`.

use reqwest::Method;
use serde_json::json;

use super::ids;
use crate::desk::person::key;
use crate::desk::{Answer, Desk, Person, customer};

/// What deleting answers.
pub async fn delete(person: &Person<'_>, id: &str) -> Answer {
    person.call(Method::DELETE, &format!("/api/conversations/{id}")).send().await
}

#[tokio::test]
async fn a_deleted_conversation_is_gone_at_once_and_for_everything() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "Hi").await;
    let gone = anna.conversation_with(&number).await;
    anna.update(&gone, json!({ "contact_name": "Ida Berg", "note": "Secret" })).await.is(200);
    let message = anna.messages(&gone).await[0]["message_id"].as_str().unwrap().to_owned();
    let answer = delete(&anna, &gone).await;
    assert_eq!((answer.status, &*answer.text), (202, ""));
    let sentence = "There is no such conversation.";
    assert_eq!(delete(&anna, &gone).await.says(404), sentence, "deleting twice");
    assert_eq!(anna.try_send(&gone, "Too late", &key()).await.says(404), sentence);
    let path = format!("/api/conversations/{gone}");
    anna.get(&path).await.refused(404);
    anna.get(&format!("{path}/messages")).await.refused(404);
    anna.get(&format!("{path}/messages/{message}")).await.refused(404);
    anna.update(&gone, json!({ "status": "open" })).await.refused(404);
    for query in ["", "?filter=closed", "?filter=unread", "?search=ida", "?search=berg"] {
        assert_eq!(ids(&anna.list(query).await), [""; 0], "{query}");
    }
    delete(&anna, "nothing").await.refused(404);
    desk.close().await;
}
