//! `PATCH /api/conversations/{id}`.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::slice;

use super::{
    conversation_ids, conversation_with_outdated_rev, expect_two_unread, receive_from_new_customer,
};
use crate::support::user::conversation_id;
use crate::support::{TestSystem, customer_number};

#[tokio::test]
async fn a_contact_name_is_set_changed_and_removed() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "Hi").await;
    let first = json!({ "contact_name": " Ida ", "previous_contact_name": null });
    let named = anna.update_conversation(&conversation, first).await.expect_status(200);
    assert_eq!((&named["contact_name"], &named["rev"]), (&"Ida".into(), &2.into()));
    let next = json!({ "contact_name": "Ida 🎸 Berg", "previous_contact_name": "Ida" });
    let renamed = anna.update_conversation(&conversation, next.clone()).await.expect_status(200);
    assert_eq!((&renamed["contact_name"], &renamed["rev"]), (&"Ida 🎸 Berg".into(), &3.into()));
    assert_eq!(
        anna.update_conversation(&conversation, next).await.expect_status(200),
        renamed,
        "the same again changes nothing"
    );
    let no_name = json!({ "contact_name": "", "previous_contact_name": "Ida 🎸 Berg" });
    let unnamed = anna.update_conversation(&conversation, no_name).await.expect_status(200);
    assert_eq!((&unnamed["contact_name"], &unnamed["unread_count"]), (&json!(null), &1.into()));
    system.stop().await;
}

#[tokio::test]
async fn a_name_that_looks_like_a_formula_is_stored_as_text() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "=1+1").await;
    for name in ["=1+1", "@cmd", "+1", "-1", "=HYPERLINK(\"https://x\")", "<b>Ida</b>"] {
        let previous_name = anna.get_conversation(&conversation).await["contact_name"].clone();
        let change = json!({ "contact_name": name, "previous_contact_name": previous_name });
        anna.update_conversation(&conversation, change).await.expect_status(200);
        assert_eq!(anna.get_conversation(&conversation).await["contact_name"], name);
    }
    assert_eq!(anna.messages(&conversation).await[0]["body"], "=1+1");
    system.stop().await;
}

#[tokio::test]
async fn a_concurrent_rename_is_a_conflict_with_the_current_name() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let berta = system.agent(&anna, "berta").await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let rename = |name: &str| json!({ "contact_name": name, "previous_contact_name": null });
    let requests = [(&anna, "Ida"), (&berta, "Ada"), (&anna, "Eva"), (&berta, "Ute")]
        .map(|(user, name)| user.update_conversation(&conversation, rename(name)));
    let responses = join_all(requests).await;
    let (succeeded, conflicted): (Vec<_>, Vec<_>) =
        responses.into_iter().partition(|response| response.status == 200);
    assert_eq!((succeeded.len(), conflicted.len()), (1, 3));
    for response in conflicted {
        let problem = response.expect_error(409);
        assert_eq!(problem["code"], "conflict");
        assert_eq!(problem["current"], succeeded[0].body);
    }
    system.stop().await;
}

#[tokio::test]
async fn closing_and_reopening_moves_a_conversation_between_lists_and_keeps_it_unread() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "Hi").await;
    let closed = anna
        .update_conversation(&conversation, json!({ "status": "closed" }))
        .await
        .expect_status(200);
    assert_eq!((&closed["status"], &closed["unread_count"]), (&"closed".into(), &1.into()));
    let repeated = anna
        .update_conversation(&conversation, json!({ "status": "closed" }))
        .await
        .expect_status(200);
    assert_eq!(repeated, closed, "closing twice changes nothing");
    assert_eq!(
        conversation_ids(&anna.list_conversations("?filter=closed").await),
        slice::from_ref(&conversation)
    );
    assert_eq!(conversation_ids(&anna.list_conversations("").await), [""; 0]);
    let reopened = anna
        .update_conversation(&conversation, json!({ "status": "open" }))
        .await
        .expect_status(200);
    assert_eq!((&reopened["status"], &reopened["unread_count"]), (&"open".into(), &1.into()));
    assert_eq!(conversation_ids(&anna.list_conversations("?filter=unread").await), [conversation]);
    system.stop().await;
}

#[tokio::test]
async fn an_inbound_message_reopens_a_closed_conversation() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    let conversation = anna.conversation_id_with(&number).await;
    anna.update_conversation(&conversation, json!({ "status": "closed" })).await.expect_status(200);
    system.receive_text(&number, "One more thing").await;
    let current = anna.get_conversation(&conversation).await;
    assert_eq!((&current["status"], &current["unread_count"]), (&"open".into(), &2.into()));
    assert_eq!(conversation_ids(&anna.list_conversations("?filter=closed").await), [""; 0]);
    system.stop().await;
}

#[tokio::test]
async fn closing_at_an_outdated_rev_is_a_conflict() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (conversation, outdated_rev) = conversation_with_outdated_rev(&system, &anna).await;
    let close = |rev: &Value| json!({ "status": "closed", "rev": rev });
    let problem =
        anna.update_conversation(&conversation, close(&outdated_rev)).await.expect_error(409);
    let current = expect_two_unread(&problem);
    assert_eq!(&anna.get_conversation(&conversation).await, current, "it is still open");
    let closed =
        anna.update_conversation(&conversation, close(&current["rev"])).await.expect_status(200);
    assert_eq!(closed["status"], "closed");
    let repeated =
        anna.update_conversation(&conversation, close(&outdated_rev)).await.expect_status(200);
    assert_eq!(repeated, closed, "closing a closed conversation succeeds at any revision");
    system.stop().await;
}

#[tokio::test]
async fn a_conversation_closed_during_an_arriving_text_is_open_and_unread() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    let conversation = anna.conversation_id_with(&number).await;
    for round in 0..12 {
        let current = anna.get_conversation(&conversation).await;
        let close = json!({ "status": "closed", "rev": current["rev"] });
        let body = format!("Text {round}");
        let (closed, _) = tokio::join!(
            anna.update_conversation(&conversation, close),
            system.receive_text(&number, &body)
        );
        assert!([200, 409].contains(&closed.status), "{}", closed.text);
        let after = anna.get_conversation(&conversation).await;
        assert_eq!((&after["status"], &after["preview"]["body"]), (&"open".into(), &body.into()));
    }
    system.stop().await;
}

#[tokio::test]
async fn concurrent_closings_at_the_same_rev_all_succeed() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation = receive_from_new_customer(&system, &anna, "Hi").await;
    let close = json!({ "status": "closed", "rev": 1 });
    for response in
        join_all((0..4).map(|_| anna.update_conversation(&conversation, close.clone()))).await
    {
        let closed = response.expect_status(200);
        assert_eq!((&closed["status"], &closed["rev"]), (&"closed".into(), &2.into()));
    }
    system.stop().await;
}

#[tokio::test]
async fn name_and_status_change_together() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let both_changes =
        json!({ "contact_name": "Ida", "previous_contact_name": null, "status": "closed" });
    let changed = anna.update_conversation(&conversation, both_changes).await.expect_status(200);
    assert_eq!((&changed["contact_name"], &changed["status"]), (&"Ida".into(), &"closed".into()));
    let stale = json!({ "contact_name": "Ada", "previous_contact_name": null, "status": "open" });
    let problem = anna.update_conversation(&conversation, stale).await.expect_error(409);
    assert_eq!(problem["current"], changed, "neither name nor status has changed");
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_update_changes_nothing() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let before = anna.get_conversation(&conversation).await;
    anna.update_conversation(&conversation, json!({})).await.expect_error(422);
    anna.update_conversation(&conversation, json!({ "contact_name": "x".repeat(121) }))
        .await
        .expect_error(422);
    anna.update_conversation(&conversation, json!({ "rev": 1 })).await.expect_error(422);
    let invalid_bodies = [
        json!({ "status": "gone" }),
        json!({ "unread_count": 0 }),
        json!({ "status": "closed", "rev": -1 }),
        json!({ "status": "closed", "rev": "1" }),
        json!({ "status": "closed", "rev": 1.5 }),
        json!({ "status": "closed", "rev": 1e40 }),
        json!({ "contact_name": 7 }),
        json!("closed"),
    ];
    for body in invalid_bodies {
        anna.update_conversation(&conversation, body).await.expect_error(400);
    }
    let deeply_nested = "[".repeat(60_000);
    let path = format!("/api/conversations/{conversation}");
    anna.call(Method::PATCH, &path).raw_json(deeply_nested).send().await.expect_error(400);
    anna.call(Method::PATCH, &path).raw_json(vec![0xff, 0xfe]).send().await.expect_error(400);
    assert_eq!(anna.get_conversation(&conversation).await, before);
    anna.update_conversation(&"b".repeat(26), json!({ "status": "closed" }))
        .await
        .expect_error(404);
    system.stop().await;
}

#[tokio::test]
async fn a_note_is_changed_only_if_the_previous_note_is_given() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let berta = system.agent(&anna, "berta").await;
    let conversation = receive_from_new_customer(&system, &anna, "Hi").await;
    let first = json!({ "note": " Likes blue.\r\nCall \u{7}later. ", "previous_note": null });
    let noted = anna.update_conversation(&conversation, first).await.expect_status(200);
    assert_eq!((&noted["note"], &noted["rev"]), (&"Likes blue.\nCall later.".into(), &2.into()));
    let without_previous = json!({ "note": "Hates blue." });
    let problem =
        berta.update_conversation(&conversation, without_previous).await.expect_error(409);
    assert_eq!(problem["current"], noted);
    let removal = json!({ "note": "", "previous_note": noted["note"] });
    assert_eq!(
        berta.update_conversation(&conversation, removal).await.expect_status(200)["note"],
        json!(null)
    );
    let longest = "ß".repeat(2_000);
    let long = anna
        .update_conversation(&conversation, json!({ "note": longest }))
        .await
        .expect_status(200);
    assert_eq!(long["note"], longest);
    let too_long = json!({ "note": "x".repeat(2_001), "previous_note": longest });
    let detail = anna.update_conversation(&conversation, too_long).await.error_detail(422);
    assert_eq!(detail, "The note can have at most 2,000 characters.");
    system.stop().await;
}

#[tokio::test]
async fn a_note_is_in_the_list_and_in_every_live_event() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    system.receive_text(&number, "Hi").await;
    let conversation = anna.conversation_id_with(&number).await;
    receive_from_new_customer(&system, &anna, "No note").await;
    let mut socket = anna.open_socket().await;
    let body = json!({ "note": "Likes blue." });
    anna.update_conversation(&conversation, body).await.expect_status(200);
    let is_noted = |event: &Value| event["conversation"]["note"] == "Likes blue.";
    socket.wait_for(is_noted).await;
    system.receive_text(&number, "Again").await;
    assert_eq!(socket.wait_for_preview("Again").await["note"], "Likes blue.");
    let list = anna.list_conversations("").await;
    let notes: Vec<&Value> =
        list["conversations"].as_array().unwrap().iter().map(|row| &row["note"]).collect();
    assert_eq!(notes, [&json!("Likes blue."), &json!(null)]);
    system.stop().await;
}

#[tokio::test]
async fn a_concurrent_note_is_a_conflict() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let requests = ["a", "b", "c", "d"].map(|note| {
        anna.update_conversation(&conversation, json!({ "note": note, "previous_note": null }))
    });
    let responses = join_all(requests).await;
    assert_eq!(responses.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(responses.iter().filter(|answer| answer.status == 409).count(), 3);
    system.stop().await;
}
