//! Stream records in event source mappings: invalid, slow and failing ones do not block the others.

use aws_emulator::template::TriggerSpec;
use serde_json::{Value, json};
use twilio_simulator::{CreateFault, FaultRule};

use super::fault_injector::InjectedFault;
use super::fixture::{ANNA, BORIS, ReliabilityFixture, put_item, seconds, wait_until};

/// Returns the batches in the failure queue of `dispatch`.
fn failed_batches(fixture: &ReliabilityFixture) -> Vec<Value> {
    let functions = &fixture.inner().template().functions;
    let dispatch = functions.iter().find(|function| function.name == "dispatch").unwrap();
    let queues = dispatch.triggers.iter().filter_map(|trigger| match trigger {
        TriggerSpec::Stream(stream) => stream.on_failure.clone(),
        _ => None,
    });
    queues.flat_map(|queue| fixture.inner().streams().failures(&queue).unwrap()).collect()
}

/// Returns an outbox entry without the required attributes.
fn invalid_entry(number: usize) -> Value {
    json!({
        "pk": { "S": format!("CONV#poison{number}") },
        "sk": { "S": "QUEUE#00000000000000000000000000" },
        "outbox_state": { "S": "ready" },
    })
}

#[tokio::test]
async fn an_invalid_outbox_entry_is_moved_to_the_failure_queue_and_the_others_are_sent() {
    let fixture = ReliabilityFixture::start().await;
    let mut conversations = Vec::new();
    for index in 0..8 {
        conversations.push(fixture.start_conversation(&format!("+120655503{index:02}")).await);
    }
    // Enough of both kinds to have some in each partition worker.
    for (number, conversation) in conversations.iter().enumerate() {
        put_item(&fixture, invalid_entry(number)).await;
        fixture.send(conversation, "Healthy").await;
    }
    fixture.wait_until_idle().await;
    for conversation in &conversations {
        assert_eq!(fixture.list_messages(conversation).await[0]["status"], "delivered");
    }
    assert_eq!(fixture.count_creates("Healthy"), conversations.len());
    let failed = failed_batches(&fixture);
    assert_eq!(failed.len(), conversations.len());
    for message in failed {
        assert_eq!(message["requestContext"]["condition"], "RetryAttemptsExhausted", "{message}");
        assert_eq!(message["DDBStreamBatchInfo"]["batchSize"], 1, "{message}");
        assert!(message["reason"].as_str().unwrap().contains("batchItemFailures"), "{message}");
    }
    fixture.stop().await;
}

#[tokio::test]
async fn a_slow_send_delays_only_its_own_conversation() {
    let fixture = ReliabilityFixture::start().await;
    let slow_response = CreateFault::LateResponse { by: seconds(8) };
    fixture.twilio().script().on_create(FaultRule::next(slow_response).number(ANNA));
    let (anna, boris) =
        (fixture.start_conversation(ANNA).await, fixture.start_conversation(BORIS).await);
    fixture.send(&anna, "Slow").await;
    wait_until(|| fixture.count_creates("Slow") == 1).await;
    fixture.send(&anna, "After the slow one").await;
    // Other conversations in the same partition worker wait only for this one run.
    fixture.send(&boris, "Quick").await;
    fixture.system.advance(seconds(9));
    fixture.wait_until_idle().await;
    assert_eq!(fixture.received_by(ANNA), ["Slow", "After the slow one"]);
    assert_eq!(fixture.received_by(BORIS), ["Quick"]);
    fixture.stop().await;
}

#[tokio::test]
async fn a_dispatch_run_that_fails_twice_is_retried_and_sends_once() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    faults.inject_after("dispatch", 0, 2, InjectedFault::DropResponse);
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Third time lucky").await;
    fixture.wait_until_idle().await;
    assert_eq!(fixture.display_status(&anna, &id).await, "delivered");
    assert_eq!(fixture.count_creates("Third time lucky"), 1);
    assert_eq!(failed_batches(&fixture), [] as [Value; 0]);
    fixture.stop().await;
}

#[tokio::test]
async fn an_entry_whose_stream_record_failed_is_requeued_by_the_sweep() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    faults.inject_after("dispatch", 0, 4, InjectedFault::DropResponse);
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Given up").await;
    fixture.wait_until_idle().await;
    assert_eq!(failed_batches(&fixture).len(), 1);
    assert_eq!(failed_batches(&fixture)[0]["reason"], "the run failed");
    fixture.advance_and_sweep(seconds(61)).await;
    assert_eq!(fixture.display_status(&anna, &id).await, "delivered");
    assert_eq!(fixture.count_creates("Given up"), 1);
    fixture.stop().await;
}

#[tokio::test]
async fn an_invalid_stream_record_does_not_block_other_live_events() {
    let fixture = ReliabilityFixture::start().await;
    let admin = fixture.system.admin().await;
    let mut page = admin.open_socket().await;
    for number in 0..8 {
        put_item(
            &fixture,
            json!({ "pk": { "S": format!("CONV#poison{number}") }, "sk": { "S": "META" } }),
        )
        .await;
        fixture.receive_text(&format!("+120655504{number:02}"), &format!("Healthy {number}"));
    }
    fixture.wait_until_idle().await;
    let mut previews = Vec::new();
    while previews.len() < 8 {
        let event = page.wait_for(|event| event["type"] == "conversation").await;
        assert_eq!(event["conversation"]["unread_count"], 1);
        previews.push(event["conversation"]["preview"]["body"].as_str().unwrap().to_owned());
    }
    previews.sort();
    let expected: Vec<_> = (0..8).map(|number| format!("Healthy {number}")).collect();
    assert_eq!(previews, expected);
    fixture.stop().await;
}
