//! Functions that fail, in part or in whole.

use std::time::Duration;

use serde_json::{Value, json};
use shared::clock::ShiftClock;

use super::{Seen, content, mapped, noting, records, sequence, spec, value};
use crate::dynamodb::tests::{client, put, start, start_in};
use crate::template::StreamSpec;

/// One lane of each shard, so that many records share a batch.
fn narrow() -> StreamSpec {
    StreamSpec { parallelization_factor: 1, ..spec() }
}

#[tokio::test]
async fn a_poisoned_record_lies_in_the_failure_queue_with_its_reason_and_the_others_arrive() {
    let dynamodb = start().await;
    for number in 0..20 {
        put(&client(&dynamodb, "any"), "CONV#1", &format!("MSG#{number:02}"), number).await;
    }
    let (seen, done) = (Seen::default(), Seen::default());
    let invoke = noting(&seen, {
        let done = done.clone();
        move |event| {
            let poisoned = records(&event).any(|record| value(record) == "MSG#07=7");
            if !poisoned {
                done.add(&event);
            }
            let answer = if poisoned { Err("cannot digest 07".to_owned()) } else { Ok(json!({})) };
            Box::pin(async { answer })
        }
    });
    let streams = mapped(&dynamodb, narrow(), &ShiftClock::new(), invoke).await;
    streams.settled().await;
    let mut values = done.values();
    values.sort();
    let healthy: Vec<String> =
        (0..20).filter(|n| *n != 7).map(|n| format!("MSG#{n:02}={n}")).collect();
    assert_eq!(values, healthy);
    let all = seen.0.lock().unwrap().clone();
    let poisoned = all.iter().find(|record| value(record) == "MSG#07=7").unwrap();
    let [failure] = streams.failures("Lost").unwrap().try_into().unwrap();
    assert_eq!(failure["reason"], "cannot digest 07");
    assert_eq!(failure["requestContext"]["condition"], "RetryAttemptsExhausted");
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:Dispatch";
    assert_eq!(failure["requestContext"]["functionArn"], arn);
    let info = &failure["DDBStreamBatchInfo"];
    assert_eq!(info["batchSize"], 1);
    assert_eq!(info["startSequenceNumber"], sequence(poisoned));
    assert_eq!(info["endSequenceNumber"], sequence(poisoned));
    assert_eq!(info["streamArn"], poisoned["eventSourceARN"]);
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn of_a_half_failing_batch_everything_from_the_lowest_named_record_on_comes_again() {
    let dynamodb = start().await;
    for number in 0..3 {
        put(&client(&dynamodb, "any"), "CONV#1", "META", number).await;
    }
    let seen = Seen::default();
    let first = std::sync::atomic::AtomicBool::new(true);
    let invoke = noting(&seen, move |event| {
        let named: Vec<Value> = records(&event)
            .filter(|record| value(record) != "META=0")
            .map(|record| json!({ "itemIdentifier": sequence(record) }))
            .collect();
        let fails = first.swap(false, std::sync::atomic::Ordering::Relaxed);
        let answer = if fails { json!({ "batchItemFailures": named }) } else { json!({}) };
        Box::pin(async { Ok(answer) })
    });
    let spec = StreamSpec { bisect: false, ..narrow() };
    let streams = mapped(&dynamodb, spec, &ShiftClock::new(), invoke).await;
    streams.settled().await;
    assert_eq!(seen.values(), ["META=0", "META=1", "META=2", "META=1", "META=2"]);
    assert!(streams.failures("Lost").unwrap().is_empty());
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_named_record_that_is_not_of_the_batch_fails_the_whole_batch() {
    let dynamodb = start().await;
    put(&client(&dynamodb, "any"), "CONV#1", "META", 0).await;
    let seen = Seen::default();
    let invoke = noting(&seen, |_| {
        Box::pin(async { Ok(json!({ "batchItemFailures": [{ "itemIdentifier": "" }] })) })
    });
    let streams = mapped(&dynamodb, narrow(), &ShiftClock::new(), invoke).await;
    streams.settled().await;
    assert_eq!(seen.values(), ["META=0", "META=0", "META=0"], "once and two retries");
    assert_eq!(streams.failures("Lost").unwrap()[0]["requestContext"]["approximateInvokeCount"], 3);
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_function_that_panics_is_a_failed_invocation_and_no_more() {
    let dynamodb = start().await;
    put(&client(&dynamodb, "any"), "CONV#1", "META", 0).await;
    let seen = Seen::default();
    let invoke = noting(&seen, |_| Box::pin(async { panic!("out of ideas") }));
    let streams = mapped(&dynamodb, narrow(), &ShiftClock::new(), invoke).await;
    streams.settled().await;
    let reason = streams.failures("Lost").unwrap()[0]["reason"].to_string();
    assert!(reason.contains("panicked"), "{reason}");
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn records_older_than_the_mapping_delivers_are_lost_with_that_reason() {
    let clock = ShiftClock::new();
    let dynamodb = start_in(None, &clock).await.unwrap();
    put(&client(&dynamodb, "any"), "CONV#1", "META", 0).await;
    clock.advance(Duration::from_mins(61));
    put(&client(&dynamodb, "any"), "CONV#1", "META", 1).await;
    let seen = Seen::default();
    let streams = mapped(&dynamodb, narrow(), &clock, content(&seen)).await;
    streams.settled().await;
    assert_eq!(seen.values(), ["META=1"]);
    let [failure] = streams.failures("Lost").unwrap().try_into().unwrap();
    assert_eq!(failure["requestContext"]["condition"], "RecordAgeExceeded");
    streams.stop().await;
    dynamodb.stop().await;
}
