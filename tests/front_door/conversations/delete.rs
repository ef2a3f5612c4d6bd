//! `DELETE /api/conversations/{id}`.

use reqwest::Method;
use serde_json::{Value, json};

use super::{both_unread, drawn_before_the_last, ids, written};
use crate::desk::person::{bodies, key};
use crate::desk::{Answer, Desk, Person, customer};

/// What deleting answers.
pub async fn delete(person: &Person<'_>, id: &str) -> Answer {
    person.call(Method::DELETE, &format!("/api/conversations/{id}")).send().await
}

/// What deleting answers as far as `rev` was seen.
async fn delete_seen(person: &Person<'_>, id: &str, rev: &Value) -> Answer {
    delete(person, &format!("{id}?rev={rev}")).await
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

#[tokio::test]
async fn deleting_what_was_seen_erases_nothing_that_was_not() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (conversation, drawn) = drawn_before_the_last(&desk, &anna).await;
    let problem = delete_seen(&anna, &conversation, &drawn).await.refused(409);
    let current = both_unread(&problem);
    assert_eq!(&anna.conversation(&conversation).await, current);
    assert_eq!(bodies(&anna.messages(&conversation).await), ["One", "Two"]);
    assert_eq!(delete_seen(&anna, &conversation, &current["rev"]).await.status, 202);
    delete_seen(&anna, &conversation, &current["rev"]).await.refused(404);
    desk.close().await;
}

#[tokio::test]
async fn whichever_comes_first_a_text_or_a_deletion_the_text_stands() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "Hi").await;
    let conversation = anna.conversation_with(&number).await;
    for round in 0..12 {
        let rev = anna.conversation(&conversation).await["rev"].clone();
        let body = format!("Text {round}");
        let (deleted, _) =
            tokio::join!(delete_seen(&anna, &conversation, &rev), desk.text(&number, &body));
        assert!([202, 409].contains(&deleted.status), "{}", deleted.text);
        assert_eq!(bodies(&anna.messages(&conversation).await).last(), Some(&&*body));
    }
    desk.close().await;
}

#[tokio::test]
async fn a_rev_that_is_none_deletes_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = written(&desk, &anna, "Hi").await;
    for rev in ["", "x", "-1", "1.5", "null", "1e3", "99999999999999999999999", "0x1"] {
        let said = delete(&anna, &format!("{conversation}?rev={rev}")).await.says(400);
        assert_eq!(said, "The rev is a whole number.", "{rev}");
    }
    delete(&anna, &format!("{conversation}?seen=1")).await.refused(400);
    assert_eq!(anna.conversation(&conversation).await["unread_count"], 1);
    desk.close().await;
}
