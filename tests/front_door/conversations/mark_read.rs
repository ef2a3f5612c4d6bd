//! `POST /api/conversations/{id}/read`.

use futures_util::future::join_all;
use serde_json::json;

use super::{both_unread, drawn_before_the_last, read, written};
use crate::desk::Desk;

#[tokio::test]
async fn reading_up_to_what_was_seen_turns_the_lamp_off_for_everybody() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let berta = desk.agent(&anna, "berta").await;
    let conversation = written(&desk, &anna, "Hi").await;
    let seen = read(&anna, &conversation).await;
    assert_eq!((&seen["unread_count"], &seen["rev"]), (&0.into(), &2.into()));
    assert_eq!(berta.conversation(&conversation).await, seen);
    assert_eq!(berta.list("?filter=unread").await["conversations"], json!([]));
    assert_eq!(berta.list("").await["conversations"], json!([seen]));
    desk.close().await;
}

#[tokio::test]
async fn what_arrived_after_the_page_was_drawn_stays_unread() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (conversation, drawn) = drawn_before_the_last(&desk, &anna).await;
    let problem = anna.mark_read(&conversation, &drawn).await.refused(409);
    let current = both_unread(&problem);
    assert_eq!(anna.mark_read(&conversation, &current["rev"]).await.is(200)["unread_count"], 0);
    anna.mark_read(&conversation, &json!(99)).await.is(200);
    desk.close().await;
}

#[tokio::test]
async fn reading_what_is_read_writes_nothing() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = written(&desk, &anna, "Hi").await;
    let seen = read(&anna, &conversation).await;
    for rev in [json!(1), json!(2), json!(0), json!(u64::MAX)] {
        assert_eq!(anna.mark_read(&conversation, &rev).await.is(200), seen);
    }
    desk.close().await;
}

#[tokio::test]
async fn two_people_who_read_at_once_both_succeed_or_hear_what_is() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = written(&desk, &anna, "Hi").await;
    let rev = json!(1);
    for answer in join_all((0..6).map(|_| anna.mark_read(&conversation, &rev))).await {
        let now = if answer.status == 409 { &answer.body["current"] } else { &answer.body };
        assert_eq!((&now["unread_count"], &now["rev"]), (&0.into(), &2.into()));
    }
    desk.close().await;
}

#[tokio::test]
async fn a_rev_that_is_none_is_refused() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = written(&desk, &anna, "Hi").await;
    for rev in [json!(-1), json!("1"), json!(null), json!(1.5), json!(1e40)] {
        anna.mark_read(&conversation, &rev).await.refused(400);
    }
    assert_eq!(anna.conversation(&conversation).await["unread_count"], 1);
    anna.mark_read(&"c".repeat(26), &json!(1)).await.refused(404);
    desk.close().await;
}
