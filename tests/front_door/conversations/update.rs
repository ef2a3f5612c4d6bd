//! `PATCH /api/conversations/{id}`.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::slice;

use super::{both_unread, drawn_before_the_last, ids, written};
use crate::desk::person::id;
use crate::desk::{Desk, customer};

#[tokio::test]
async fn a_contact_is_named_renamed_and_unnamed() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = written(&desk, &anna, "Hi").await;
    let first = json!({ "contact_name": " Ida ", "previous_contact_name": null });
    let named = anna.update(&conversation, first).await.is(200);
    assert_eq!((&named["contact_name"], &named["rev"]), (&"Ida".into(), &2.into()));
    let next = json!({ "contact_name": "Ida 🎸 Berg", "previous_contact_name": "Ida" });
    let renamed = anna.update(&conversation, next.clone()).await.is(200);
    assert_eq!((&renamed["contact_name"], &renamed["rev"]), (&"Ida 🎸 Berg".into(), &3.into()));
    assert_eq!(
        anna.update(&conversation, next).await.is(200),
        renamed,
        "the same again changes nothing"
    );
    let none = json!({ "contact_name": "", "previous_contact_name": "Ida 🎸 Berg" });
    let unnamed = anna.update(&conversation, none).await.is(200);
    assert_eq!((&unnamed["contact_name"], &unnamed["unread_count"]), (&json!(null), &1.into()));
    desk.close().await;
}

#[tokio::test]
async fn a_name_that_looks_like_a_formula_is_a_name() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = written(&desk, &anna, "=1+1").await;
    for name in ["=1+1", "@cmd", "+1", "-1", "=HYPERLINK(\"https://x\")", "<b>Ida</b>"] {
        let seen = anna.conversation(&conversation).await["contact_name"].clone();
        let change = json!({ "contact_name": name, "previous_contact_name": seen });
        anna.update(&conversation, change).await.is(200);
        assert_eq!(anna.conversation(&conversation).await["contact_name"], name);
    }
    assert_eq!(anna.messages(&conversation).await[0]["body"], "=1+1");
    desk.close().await;
}

#[tokio::test]
async fn of_two_people_who_rename_at_once_one_hears_what_the_other_wrote() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let berta = desk.agent(&anna, "berta").await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    let rename = |name: &str| json!({ "contact_name": name, "previous_contact_name": null });
    let tries = [(&anna, "Ida"), (&berta, "Ada"), (&anna, "Eva"), (&berta, "Ute")]
        .map(|(person, name)| person.update(&conversation, rename(name)));
    let answers = join_all(tries).await;
    let (won, lost): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 3));
    for answer in lost {
        let problem = answer.refused(409);
        assert_eq!(problem["code"], "conflict");
        assert_eq!(problem["current"], won[0].body);
    }
    desk.close().await;
}

#[tokio::test]
async fn closing_and_reopening_moves_it_between_the_lists_and_keeps_what_waits() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = written(&desk, &anna, "Hi").await;
    let closed = anna.update(&conversation, json!({ "status": "closed" })).await.is(200);
    assert_eq!((&closed["status"], &closed["unread_count"]), (&"closed".into(), &1.into()));
    let again = anna.update(&conversation, json!({ "status": "closed" })).await.is(200);
    assert_eq!(again, closed, "closing twice changes nothing");
    assert_eq!(ids(&anna.list("?filter=closed").await), slice::from_ref(&conversation));
    assert_eq!(ids(&anna.list("").await), [""; 0]);
    let open = anna.update(&conversation, json!({ "status": "open" })).await.is(200);
    assert_eq!((&open["status"], &open["unread_count"]), (&"open".into(), &1.into()));
    assert_eq!(ids(&anna.list("?filter=unread").await), [conversation]);
    desk.close().await;
}

#[tokio::test]
async fn a_customer_who_writes_again_opens_it() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "Hi").await;
    let conversation = anna.conversation_with(&number).await;
    anna.update(&conversation, json!({ "status": "closed" })).await.is(200);
    desk.text(&number, "One more thing").await;
    let now = anna.conversation(&conversation).await;
    assert_eq!((&now["status"], &now["unread_count"]), (&"open".into(), &2.into()));
    assert_eq!(ids(&anna.list("?filter=closed").await), [""; 0]);
    desk.close().await;
}

#[tokio::test]
async fn closing_what_was_seen_does_not_overtake_what_was_not() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (conversation, drawn) = drawn_before_the_last(&desk, &anna).await;
    let close = |rev: &Value| json!({ "status": "closed", "rev": rev });
    let problem = anna.update(&conversation, close(&drawn)).await.refused(409);
    let current = both_unread(&problem);
    assert_eq!(&anna.conversation(&conversation).await, current, "it is open as before");
    let closed = anna.update(&conversation, close(&current["rev"])).await.is(200);
    assert_eq!(closed["status"], "closed");
    let again = anna.update(&conversation, close(&drawn)).await.is(200);
    assert_eq!(again, closed, "what is closed is closed, whatever was seen");
    desk.close().await;
}

#[tokio::test]
async fn whichever_comes_first_a_text_or_a_closing_it_is_open_and_unread() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    desk.text(&number, "Hi").await;
    let conversation = anna.conversation_with(&number).await;
    for round in 0..12 {
        let seen = anna.conversation(&conversation).await;
        let close = json!({ "status": "closed", "rev": seen["rev"] });
        let body = format!("Text {round}");
        let (closed, _) =
            tokio::join!(anna.update(&conversation, close), desk.text(&number, &body));
        assert!([200, 409].contains(&closed.status), "{}", closed.text);
        let now = anna.conversation(&conversation).await;
        assert_eq!((&now["status"], &now["preview"]["body"]), (&"open".into(), &body.into()));
    }
    desk.close().await;
}

#[tokio::test]
async fn of_those_who_close_what_they_all_saw_nobody_is_refused() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = written(&desk, &anna, "Hi").await;
    let close = json!({ "status": "closed", "rev": 1 });
    for answer in join_all((0..4).map(|_| anna.update(&conversation, close.clone()))).await {
        let closed = answer.is(200);
        assert_eq!((&closed["status"], &closed["rev"]), (&"closed".into(), &2.into()));
    }
    desk.close().await;
}

#[tokio::test]
async fn name_and_status_change_together() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    let both = json!({ "contact_name": "Ida", "previous_contact_name": null, "status": "closed" });
    let changed = anna.update(&conversation, both).await.is(200);
    assert_eq!((&changed["contact_name"], &changed["status"]), (&"Ida".into(), &"closed".into()));
    let stale = json!({ "contact_name": "Ada", "previous_contact_name": null, "status": "open" });
    let problem = anna.update(&conversation, stale).await.refused(409);
    assert_eq!(problem["current"], changed, "neither half happened");
    desk.close().await;
}

#[tokio::test]
async fn what_makes_no_sense_changes_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    let before = anna.conversation(&conversation).await;
    anna.update(&conversation, json!({})).await.refused(422);
    anna.update(&conversation, json!({ "contact_name": "x".repeat(121) })).await.refused(422);
    anna.update(&conversation, json!({ "rev": 1 })).await.refused(422);
    for more in ["contact_name", "note"] {
        let both = json!({ "status": "closed", "rev": 1, more: "Ida" });
        let said = anna.update(&conversation, both).await.says(422);
        assert_eq!(said, "A rev goes with a status, and with nothing else.");
    }
    let wrong = [
        json!({ "status": "gone" }),
        json!({ "unread_count": 0 }),
        json!({ "status": "closed", "rev": -1 }),
        json!({ "status": "closed", "rev": "1" }),
        json!({ "status": "closed", "rev": 1.5 }),
        json!({ "status": "closed", "rev": 1e40 }),
        json!({ "contact_name": 7 }),
        json!("closed"),
    ];
    for body in wrong {
        anna.update(&conversation, body).await.refused(400);
    }
    let deep = "[".repeat(60_000);
    let path = format!("/api/conversations/{conversation}");
    anna.call(Method::PATCH, &path).raw(deep).send().await.refused(400);
    anna.call(Method::PATCH, &path).raw(vec![0xff, 0xfe]).send().await.refused(400);
    assert_eq!(anna.conversation(&conversation).await, before);
    anna.update(&"b".repeat(26), json!({ "status": "closed" })).await.refused(404);
    desk.close().await;
}

#[tokio::test]
async fn a_note_is_written_changed_and_taken_away_by_who_saw_it() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let berta = desk.agent(&anna, "berta").await;
    let conversation = written(&desk, &anna, "Hi").await;
    let first = json!({ "note": " Likes blue.\r\nCall \u{7}later. ", "previous_note": null });
    let noted = anna.update(&conversation, first).await.is(200);
    assert_eq!((&noted["note"], &noted["rev"]), (&"Likes blue.\nCall later.".into(), &2.into()));
    let blind = json!({ "note": "Hates blue." });
    let problem = berta.update(&conversation, blind).await.refused(409);
    assert_eq!(problem["current"], noted);
    let gone = json!({ "note": "", "previous_note": noted["note"] });
    assert_eq!(berta.update(&conversation, gone).await.is(200)["note"], json!(null));
    let longest = "ß".repeat(2_000);
    let long = anna.update(&conversation, json!({ "note": longest })).await.is(200);
    assert_eq!(long["note"], longest);
    let longer = json!({ "note": "x".repeat(2_001), "previous_note": longest });
    let said = anna.update(&conversation, longer).await.says(422);
    assert_eq!(said, "A note has at most 2,000 characters.");
    desk.close().await;
}

#[tokio::test]
async fn of_two_people_who_note_at_once_one_hears_what_the_other_wrote() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    let tries = ["a", "b", "c", "d"]
        .map(|note| anna.update(&conversation, json!({ "note": note, "previous_note": null })));
    let answers = join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 3);
    desk.close().await;
}
