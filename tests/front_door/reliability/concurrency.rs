//! Concurrent requests, and a table that throttles and fails: nothing is lost or duplicated.

use aws_emulator::dynamodb::{Effect, RequestFault};
use futures_util::future::join_all;

use super::fixture::{ANNA, ReliabilityFixture, numbered_sid};

/// Posts texts (number, text, SID) concurrently and waits until the system is idle.
async fn receive_concurrently(fixture: &ReliabilityFixture, texts: &[(String, String, String)]) {
    fixture.system.receive_texts_concurrently(texts).await;
    fixture.wait_until_idle().await;
}

fn numbered_text(from: &str, number: u32) -> (String, String, String) {
    (from.to_owned(), format!("text {number}"), numbered_sid(number))
}

#[tokio::test]
async fn fifty_concurrent_texts_of_a_number_are_stored_in_one_conversation() {
    let fixture = ReliabilityFixture::start().await;
    let texts: Vec<_> = (0..50).map(|number| numbered_text(ANNA, number)).collect();
    receive_concurrently(&fixture, &texts).await;
    let list = fixture.list_conversations().await;
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["unread_count"], 50);
    let mut stored = fixture.bodies(list[0]["conversation_id"].as_str().unwrap()).await;
    let mut expected: Vec<_> = texts.into_iter().map(|(_, body, _)| body).collect();
    stored.sort();
    expected.sort();
    assert_eq!(stored, expected);
    fixture.stop().await;
}

#[tokio::test]
async fn sixty_four_concurrent_duplicates_of_a_webhook_are_stored_once() {
    let fixture = ReliabilityFixture::start().await;
    let texts: Vec<_> = (0..64).map(|_| numbered_text(ANNA, 7)).collect();
    receive_concurrently(&fixture, &texts).await;
    let list = fixture.list_conversations().await;
    assert_eq!((list.len(), &list[0]["unread_count"]), (1, &1.into()));
    assert_eq!(fixture.bodies(list[0]["conversation_id"].as_str().unwrap()).await, ["text 7"]);
    // A replay after a month changes nothing.
    fixture.system.advance(std::time::Duration::from_hours(30 * 24));
    receive_concurrently(&fixture, &[numbered_text(ANNA, 7)]).await;
    assert_eq!(fixture.list_conversations().await[0]["unread_count"], 1);
    fixture.stop().await;
}

#[tokio::test]
async fn concurrent_first_texts_of_fifty_contacts_create_fifty_conversations() {
    let fixture = ReliabilityFixture::start().await;
    let contacts: Vec<String> = (0..50).map(|last| format!("+120655502{last:02}")).collect();
    let texts: Vec<_> = (0_u32..)
        .zip(contacts.iter().chain(&contacts))
        .map(|(number, from)| numbered_text(from, number))
        .collect();
    receive_concurrently(&fixture, &texts).await;
    let list = fixture.list_conversations().await;
    assert_eq!(list.len(), 50);
    for conversation in list {
        assert_eq!(conversation["unread_count"], 2, "{conversation}");
        let id = conversation["conversation_id"].as_str().unwrap();
        assert_eq!(fixture.list_messages(id).await.len(), 2);
    }
    fixture.stop().await;
}

#[tokio::test]
async fn nothing_is_lost_or_duplicated_while_the_table_throttles_and_fails() {
    let fixture = ReliabilityFixture::start().await;
    let faults = fixture.inner().dynamodb().faults();
    let effects = [Effect::Throttle, Effect::Fail, Effect::DropResponse];
    for (skip, effect) in (0..60).zip(effects.into_iter().cycle()) {
        let fault = RequestFault::once(effect).on_operation("TransactWriteItems");
        faults.arm(RequestFault { after: skip % 4, ..fault });
    }
    let texts: Vec<_> = (0..30).map(|number| numbered_text(ANNA, number)).collect();
    receive_concurrently(&fixture, &texts).await;
    let id = fixture.list_conversations().await[0]["conversation_id"].as_str().unwrap().to_owned();
    for number in 0..10 {
        fixture.send(&id, &format!("answer {number}")).await;
    }
    fixture.wait_until_idle().await;
    faults.clear();
    assert_eq!(fixture.list_conversations().await[0]["unread_count"], 30);
    let thread = fixture.list_messages(&id).await;
    assert_eq!(thread.len(), 40);
    for number in 0..10 {
        assert_eq!(fixture.count_creates(&format!("answer {number}")), 1);
    }
    assert!(thread.iter().all(|m| m["direction"] == "inbound" || m["status"] == "delivered"));
    fixture.stop().await;
}

#[tokio::test]
async fn sixteen_concurrent_duplicates_of_a_send_create_one_message_at_twilio() {
    let fixture = ReliabilityFixture::start().await;
    let anna = fixture.start_conversation(ANNA).await;
    let faults = fixture.inner().dynamodb().faults();
    for after in [1, 3, 5] {
        let fault = RequestFault::once(Effect::DropResponse).on_operation("TransactWriteItems");
        faults.arm(RequestFault { after, ..fault });
    }
    let requests = (0..16).map(|_| fixture.send_with_key(&anna, "Once", "one-click"));
    let ids = join_all(requests).await;
    fixture.wait_until_idle().await;
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(fixture.count_creates("Once"), 1);
    assert_eq!(fixture.received_by(ANNA), ["Once"]);
    fixture.stop().await;
}
