//! The screen is the table: what the line loses, the page's next reading shows.

use futures_util::future::join_all;

use super::stage::{ANNA, BORIS, Stage};

#[tokio::test]
async fn frames_lost_while_the_socket_lives_are_made_good_by_reading_again() {
    let stage = Stage::open().await;
    let admin = stage.desk.admin().await;
    let anna = stage.conversation(ANNA).await;
    let mut page = admin.socket().await;
    page.watch(&stage.desk, &anna).await;
    stage.text(ANNA, "Before");
    page.message("Before").await;
    stage.settle().await;

    let sockets = stage.system().connections().unwrap();
    assert!(sockets.drop_frames(&page.id, true));
    stage.text(ANNA, "Lost on the way");
    stage.text(BORIS, "Lost as well");
    let id = stage.send(&anna, "An answer").await;
    stage.settle().await;

    // What the page reads every twenty seconds: the list from the top, and the newest of the thread.
    let mut texts = stage.texts(&anna).await;
    texts.sort();
    assert_eq!(texts, ["An answer", "Before", "Lost on the way"]);
    assert_eq!(stage.label(&anna, &id).await, "delivered");
    let list = stage.list().await;
    let unread: Vec<_> = list.iter().map(|c| c["unread_count"].as_u64().unwrap()).collect();
    assert_eq!(unread.iter().sum::<u64>(), 3);
    assert_eq!(list.len(), 2);

    // The line is whole again: what comes now is newer than what was read.
    assert!(sockets.drop_frames(&page.id, false));
    stage.text(ANNA, "After");
    let told = page.preview("After").await;
    let read = list.iter().find(|c| c["conversation_id"] == told["conversation_id"]).unwrap();
    assert!(told["rev"].as_u64() > read["rev"].as_u64());
    stage.close().await;
}

#[tokio::test]
async fn what_the_socket_told_and_what_is_read_are_the_same_when_all_is_quiet() {
    let stage = Stage::open().await;
    let admin = stage.desk.admin().await;
    let anna = stage.conversation(ANNA).await;
    let mut page = admin.socket().await;
    page.watch(&stage.desk, &anna).await;
    let texts: Vec<String> = (0..10).map(|number| format!("Answer {number}")).collect();
    join_all(texts.iter().map(|text| stage.send(&anna, text))).await;
    stage.settle().await;
    stage.text(ANNA, "The last word");
    let told =
        page.until(|event| event["conversation"]["preview"]["body"] == "The last word").await;
    let newest = told.iter().rev().find(|event| event["type"] == "conversation").unwrap();
    stage.settle().await;
    assert_eq!(newest["conversation"], stage.list().await[0]);
    for message in stage.thread(&anna).await.iter().filter(|m| m["direction"] == "outbound") {
        let about =
            |event: &&serde_json::Value| event["message"]["message_id"] == message["message_id"];
        let merged = told
            .iter()
            .filter(about)
            .fold(0, |rev, event| rev.max(event["message"]["rev"].as_u64().unwrap()));
        assert_eq!(merged, message["rev"].as_u64().unwrap());
        let settled = told.iter().any(|event| {
            event["type"] == "intent"
                && event["message_id"] == message["message_id"]
                && event["state"].is_null()
        });
        assert!(settled, "{message}");
    }
    stage.close().await;
}
