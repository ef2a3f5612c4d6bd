//! Many at once, and a table on a bad day: nothing lost, nothing twice.

use futures_util::future::join_all;
use local::dynamodb::{Effect, Fault};

use super::stage::{ANNA, Stage, sid};

/// Posts these texts of (number, text, SID) all at once, and waits for what follows.
async fn all_at_once(stage: &Stage, texts: &[(String, String, String)]) {
    stage.desk.texts_at_once(texts).await;
    stage.settle().await;
}

fn text(from: &str, number: u32) -> (String, String, String) {
    (from.to_owned(), format!("text {number}"), sid(number))
}

#[tokio::test]
async fn fifty_texts_of_one_number_at_once_are_fifty_messages_of_one_conversation() {
    let stage = Stage::open().await;
    let texts: Vec<_> = (0..50).map(|number| text(ANNA, number)).collect();
    all_at_once(&stage, &texts).await;
    let list = stage.list().await;
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["unread_count"], 50);
    let mut stored = stage.texts(list[0]["conversation_id"].as_str().unwrap()).await;
    let mut wanted: Vec<_> = texts.into_iter().map(|(_, body, _)| body).collect();
    stored.sort();
    wanted.sort();
    assert_eq!(stored, wanted);
    stage.close().await;
}

#[tokio::test]
async fn sixty_four_copies_of_one_text_at_once_are_one_message() {
    let stage = Stage::open().await;
    let texts: Vec<_> = (0..64).map(|_| text(ANNA, 7)).collect();
    all_at_once(&stage, &texts).await;
    let list = stage.list().await;
    assert_eq!((list.len(), &list[0]["unread_count"]), (1, &1.into()));
    assert_eq!(stage.texts(list[0]["conversation_id"].as_str().unwrap()).await, ["text 7"]);
    // Replayed a month later it changes nothing either.
    stage.desk.pass(std::time::Duration::from_hours(30 * 24));
    all_at_once(&stage, &[text(ANNA, 7)]).await;
    assert_eq!(stage.list().await[0]["unread_count"], 1);
    stage.close().await;
}

#[tokio::test]
async fn two_first_texts_of_each_of_fifty_new_contacts_at_once_are_fifty_conversations() {
    let stage = Stage::open().await;
    let contacts: Vec<String> = (0..50).map(|last| format!("+120655502{last:02}")).collect();
    let texts: Vec<_> = (0_u32..)
        .zip(contacts.iter().chain(&contacts))
        .map(|(number, from)| text(from, number))
        .collect();
    all_at_once(&stage, &texts).await;
    let list = stage.list().await;
    assert_eq!(list.len(), 50);
    for conversation in list {
        assert_eq!(conversation["unread_count"], 2, "{conversation}");
        let id = conversation["conversation_id"].as_str().unwrap();
        assert_eq!(stage.thread(id).await.len(), 2);
    }
    stage.close().await;
}

#[tokio::test]
async fn a_table_that_throttles_fails_and_loses_answers_loses_nothing_and_doubles_nothing() {
    let stage = Stage::open().await;
    let faults = stage.system().dynamodb().faults();
    let effects = [Effect::Throttle, Effect::Fail, Effect::LoseAnswer];
    for (skip, effect) in (0..60).zip(effects.into_iter().cycle()) {
        let fault = Fault::once(effect).on("TransactWriteItems");
        faults.arm(Fault { after: skip % 4, ..fault });
    }
    let texts: Vec<_> = (0..30).map(|number| text(ANNA, number)).collect();
    all_at_once(&stage, &texts).await;
    let id = stage.list().await[0]["conversation_id"].as_str().unwrap().to_owned();
    for number in 0..10 {
        stage.send(&id, &format!("answer {number}")).await;
    }
    stage.settle().await;
    faults.clear();
    assert_eq!(stage.list().await[0]["unread_count"], 30);
    let thread = stage.thread(&id).await;
    assert_eq!(thread.len(), 40);
    for number in 0..10 {
        assert_eq!(stage.creates(&format!("answer {number}")), 1);
    }
    assert!(thread.iter().all(|m| m["direction"] == "inbound" || m["status"] == "delivered"));
    stage.close().await;
}

#[tokio::test]
async fn the_same_click_sixteen_times_at_once_is_one_message_at_twilio() {
    let stage = Stage::open().await;
    let anna = stage.conversation(ANNA).await;
    let faults = stage.system().dynamodb().faults();
    for after in [1, 3, 5] {
        let fault = Fault::once(Effect::LoseAnswer).on("TransactWriteItems");
        faults.arm(Fault { after, ..fault });
    }
    let clicks = (0..16).map(|_| stage.send_as(&anna, "Once", "one-click"));
    let ids = join_all(clicks).await;
    stage.settle().await;
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(stage.creates("Once"), 1);
    assert_eq!(stage.phone(ANNA), ["Once"]);
    stage.close().await;
}
