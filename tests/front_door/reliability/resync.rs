//! A resync corrects lost frames.

use futures_util::future::join_all;

use super::fixture::{ANNA, BORIS, ReliabilityFixture};

#[tokio::test]
async fn frames_lost_on_an_open_socket_are_recovered_by_a_resync() {
    let fixture = ReliabilityFixture::start().await;
    let admin = fixture.system.admin().await;
    let anna = fixture.start_conversation(ANNA).await;
    let mut page = admin.open_socket().await;
    page.watch(&fixture.system, &anna).await;
    fixture.receive_text(ANNA, "Before");
    page.wait_for_message("Before").await;
    fixture.wait_until_idle().await;

    let sockets = fixture.inner().connections().unwrap();
    assert!(sockets.drop_frames(&page.id, true));
    fixture.receive_text(ANNA, "Lost on the way");
    fixture.receive_text(BORIS, "Lost as well");
    let id = fixture.send(&anna, "An answer").await;
    fixture.wait_until_idle().await;

    // A resync reads the first page of the list and the newest messages of the thread.
    let mut texts = fixture.bodies(&anna).await;
    texts.sort();
    assert_eq!(texts, ["An answer", "Before", "Lost on the way"]);
    assert_eq!(fixture.display_status(&anna, &id).await, "delivered");
    let list = fixture.list_conversations().await;
    let unread: Vec<_> =
        list.iter().map(|conversation| conversation["unread_count"].as_u64().unwrap()).collect();
    assert_eq!(unread.iter().sum::<u64>(), 3);
    assert_eq!(list.len(), 2);

    // After the fault, new events are newer than the state that was read.
    assert!(sockets.drop_frames(&page.id, false));
    fixture.receive_text(ANNA, "After");
    let pushed = page.wait_for_preview("After").await;
    let listed = list
        .iter()
        .find(|conversation| conversation["conversation_id"] == pushed["conversation_id"])
        .unwrap();
    assert!(pushed["rev"].as_u64() > listed["rev"].as_u64());
    fixture.stop().await;
}

#[tokio::test]
async fn live_events_and_the_api_agree_when_the_system_is_idle() {
    let fixture = ReliabilityFixture::start().await;
    let admin = fixture.system.admin().await;
    let anna = fixture.start_conversation(ANNA).await;
    let mut page = admin.open_socket().await;
    page.watch(&fixture.system, &anna).await;
    let texts: Vec<String> = (0..10).map(|number| format!("Answer {number}")).collect();
    join_all(texts.iter().map(|text| fixture.send(&anna, text))).await;
    fixture.wait_until_idle().await;
    fixture.receive_text(ANNA, "The last word");
    let events = page
        .events_until(|event| event["conversation"]["preview"]["body"] == "The last word")
        .await;
    let newest = events.iter().rev().find(|event| event["type"] == "conversation").unwrap();
    fixture.wait_until_idle().await;
    assert_eq!(newest["conversation"], fixture.list_conversations().await[0]);
    for message in fixture
        .list_messages(&anna)
        .await
        .iter()
        .filter(|candidate| candidate["direction"] == "outbound")
    {
        let is_for_message =
            |event: &&serde_json::Value| event["message"]["message_id"] == message["message_id"];
        let merged = events
            .iter()
            .filter(is_for_message)
            .fold(0, |rev, event| rev.max(event["message"]["rev"].as_u64().unwrap()));
        assert_eq!(merged, message["rev"].as_u64().unwrap());
        let is_completed = events.iter().any(|event| {
            event["type"] == "outbox"
                && event["message_id"] == message["message_id"]
                && event["state"].is_null()
        });
        assert!(is_completed, "{message}");
    }
    fixture.stop().await;
}
