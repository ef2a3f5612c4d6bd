//! Records in the real loop: one that cannot be read, one that is slow, one whose run fails, and the healthy ones.

use local::template::TriggerSpec;
use local::twilio::{CreateFault, Rule};
use serde_json::{Value, json};

use super::nemesis::Blow;
use super::stage::{ANNA, BORIS, Stage, put, seconds, until};

/// What lies in the failure queue of `dispatch`.
fn failures(stage: &Stage) -> Vec<Value> {
    let functions = &stage.system().template().functions;
    let dispatch = functions.iter().find(|function| function.name == "dispatch").unwrap();
    let queues = dispatch.triggers.iter().filter_map(|trigger| match trigger {
        TriggerSpec::Stream(stream) => stream.on_failure.clone(),
        _ => None,
    });
    queues.flat_map(|queue| stage.system().streams().failures(&queue).unwrap()).collect()
}

/// An intent without anything that an intent needs.
fn poison(number: usize) -> Value {
    json!({
        "pk": { "S": format!("CONV#poison{number}") },
        "sk": { "S": "DO#00000000000000000000000000" },
        "intent": { "S": "ready" },
    })
}

#[tokio::test]
async fn an_unreadable_intent_ends_in_the_failure_queue_and_the_healthy_ones_arrive() {
    let stage = Stage::open().await;
    let mut conversations = Vec::new();
    for last in 0..8 {
        conversations.push(stage.conversation(&format!("+120655503{last:02}")).await);
    }
    // Enough of both to meet in every lane.
    for (number, conversation) in conversations.iter().enumerate() {
        put(&stage, poison(number)).await;
        stage.send(conversation, "Healthy").await;
    }
    stage.settle().await;
    for conversation in &conversations {
        assert_eq!(stage.thread(conversation).await[0]["status"], "delivered");
    }
    assert_eq!(stage.creates("Healthy"), conversations.len());
    let lost = failures(&stage);
    assert_eq!(lost.len(), conversations.len());
    for message in lost {
        assert_eq!(message["requestContext"]["condition"], "RetryAttemptsExhausted", "{message}");
        assert_eq!(message["DDBStreamBatchInfo"]["batchSize"], 1, "{message}");
        assert!(message["reason"].as_str().unwrap().contains("batchItemFailures"), "{message}");
    }
    stage.close().await;
}

#[tokio::test]
async fn a_slow_send_holds_up_only_its_own_conversation() {
    let stage = Stage::open().await;
    let slow = CreateFault::AnswerLate { by: seconds(8) };
    stage.twilio().script().on_create(Rule::next(slow).number(ANNA));
    let (anna, boris) = (stage.conversation(ANNA).await, stage.conversation(BORIS).await);
    stage.send(&anna, "Slow").await;
    until(|| stage.creates("Slow") == 1).await;
    stage.send(&anna, "After the slow one").await;
    // Those of other conversations that share its lane of the stream wait for its run, not for more.
    stage.send(&boris, "Quick").await;
    stage.desk.pass(seconds(9));
    stage.settle().await;
    assert_eq!(stage.phone(ANNA), ["Slow", "After the slow one"]);
    assert_eq!(stage.phone(BORIS), ["Quick"]);
    stage.close().await;
}

#[tokio::test]
async fn a_run_that_fails_twice_is_made_again_and_sends_once() {
    let (stage, points) = Stage::with_points().await;
    points.after("dispatch", 0, 2, Blow::LoseAnswer);
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Third time lucky").await;
    stage.settle().await;
    assert_eq!(stage.label(&anna, &id).await, "delivered");
    assert_eq!(stage.creates("Third time lucky"), 1);
    assert_eq!(failures(&stage), [] as [Value; 0]);
    stage.close().await;
}

#[tokio::test]
async fn a_record_that_is_given_up_is_woken_by_the_sweep() {
    let (stage, points) = Stage::with_points().await;
    points.after("dispatch", 0, 4, Blow::LoseAnswer);
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Given up").await;
    stage.settle().await;
    assert_eq!(failures(&stage).len(), 1);
    assert_eq!(failures(&stage)[0]["reason"], "the run failed");
    stage.pass(seconds(61)).await;
    assert_eq!(stage.label(&anna, &id).await, "delivered");
    assert_eq!(stage.creates("Given up"), 1);
    stage.close().await;
}

#[tokio::test]
async fn a_change_that_cannot_be_told_keeps_no_other_from_the_page() {
    let stage = Stage::open().await;
    let admin = stage.desk.admin().await;
    let mut page = admin.socket().await;
    for number in 0..8 {
        put(
            &stage,
            json!({ "pk": { "S": format!("CONV#poison{number}") }, "sk": { "S": "META" } }),
        )
        .await;
        stage.text(&format!("+120655504{number:02}"), &format!("Healthy {number}"));
    }
    stage.settle().await;
    let mut seen = Vec::new();
    while seen.len() < 8 {
        let event = page.wait_for(|event| event["type"] == "conversation").await;
        assert_eq!(event["conversation"]["unread_count"], 1);
        seen.push(event["conversation"]["preview"]["body"].as_str().unwrap().to_owned());
    }
    seen.sort();
    let wanted: Vec<_> = (0..8).map(|number| format!("Healthy {number}")).collect();
    assert_eq!(seen, wanted);
    stage.close().await;
}
