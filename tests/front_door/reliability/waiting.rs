//! A send that waits: as long as Twilio asks for, and only if it still may go at the end.

use local::twilio::{CreateFault, Rule};
use serde_json::Value;

use super::stage::{ANNA, Stage, minutes, seconds};

/// When a message with this text was asked for, in milliseconds.
fn asked(stage: &Stage, body: &str) -> Vec<i64> {
    let all = stage.twilio().creates().into_iter();
    all.filter(|create| create.body == body).map(|create| create.at).collect()
}

/// A send to `conversation` that Twilio is too busy for, and that waits for the next minute.
async fn held(stage: &Stage, conversation: &str) -> String {
    let busy = Rule::next(CreateFault::Busy { seconds: 45 }).times(1);
    stage.twilio().script().on_create(busy);
    let id = stage.send(conversation, "Held").await;
    stage.settle().await;
    assert_eq!(stage.label(conversation, &id).await, "queued");
    id
}

/// What the held message has become once its time has come, which Twilio was not asked about again.
async fn given_up(stage: &Stage, conversation: &str, id: &str) -> Value {
    stage.pass(seconds(46)).await;
    assert_eq!(stage.creates("Held"), 1, "only the call that was too busy");
    assert!(stage.twilio().messages().unwrap().iter().all(|message| message.body != "Held"));
    stage.message(conversation, id).await
}

#[tokio::test]
async fn a_busy_twilio_is_asked_again_when_it_said_and_no_earlier() {
    let stage = Stage::open().await;
    stage.twilio().script().on_create(Rule::next(CreateFault::Busy { seconds: 1 }));
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Hello").await;
    stage.settle().await;
    assert_eq!(stage.label(&anna, &id).await, "delivered");
    let asked = asked(&stage, "Hello");
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[1] - asked[0] >= 1_000, "{asked:?}");
    stage.close().await;
}

#[tokio::test]
async fn a_twilio_that_is_busy_for_longer_is_not_waited_for_in_place() {
    let stage = Stage::open().await;
    let anna = stage.conversation(ANNA).await;
    let id = held(&stage, &anna).await;
    stage.pass(seconds(40)).await;
    assert_eq!(stage.creates("Held"), 1, "it asked for 45 s");
    stage.pass(seconds(6)).await;
    assert_eq!(stage.label(&anna, &id).await, "delivered");
    assert_eq!(stage.creates("Held"), 2);
    stage.close().await;
}

#[tokio::test]
async fn a_stop_between_the_click_and_the_call_keeps_the_message_here() {
    let stage = Stage::open().await;
    let anna = stage.conversation(ANNA).await;
    let id = held(&stage, &anna).await;
    stage.text(ANNA, "STOP");
    stage.settle().await;
    let message = given_up(&stage, &anna, &id).await;
    assert_eq!((&message["status"], &message["error"]["code"]), (&"refused".into(), &21610.into()));
    assert_eq!(message["error"]["title"], "The customer has opted out");
    stage.close().await;
}

#[tokio::test]
async fn a_window_that_closes_between_the_click_and_the_call_keeps_the_message_here() {
    let stage = Stage::open().await;
    stage.desk.phone(&format!("whatsapp:{ANNA}")).writes("Hola").await;
    let anna = stage.list().await[0]["conversation_id"].as_str().unwrap().to_owned();
    stage.desk.pass(minutes(24 * 60) - seconds(30));
    let id = held(&stage, &anna).await;
    let message = given_up(&stage, &anna, &id).await;
    assert_eq!((&message["status"], &message["error"]["code"]), (&"refused".into(), &63016.into()));
    stage.close().await;
}
