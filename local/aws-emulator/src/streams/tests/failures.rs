//! Functions that fail for some or all records.

use std::time::Duration;

use serde_json::{Value, json};
use shared::clock::OffsetClock;

use super::{
    ReceivedRecords, recording, records, sequence, spec, start_mapping, succeeding, value,
};
use crate::dynamodb::tests::{client, put, start, start_in};
use crate::template::StreamSpec;

/// Returns a mapping with one worker per shard, so that many records share a batch.
fn one_worker_per_shard() -> StreamSpec {
    StreamSpec { parallelization_factor: 1, ..spec() }
}

#[tokio::test]
async fn a_failing_record_goes_to_the_failure_queue_and_the_others_are_delivered() {
    let dynamodb = start().await;
    for number in 0..20 {
        put(&client(&dynamodb, "any"), "CONV#1", &format!("MSG#{number:02}"), number).await;
    }
    let (received, done) = (ReceivedRecords::default(), ReceivedRecords::default());
    let invoke = recording(&received, {
        let done = done.clone();
        move |event| {
            let poisoned = records(&event).any(|record| value(record) == "MSG#07=7");
            if !poisoned {
                done.add(&event);
            }
            let result = if poisoned { Err("cannot digest 07".to_owned()) } else { Ok(json!({})) };
            Box::pin(async { result })
        }
    });
    let streams =
        start_mapping(&dynamodb, one_worker_per_shard(), &OffsetClock::new(), invoke).await;
    streams.wait_until_idle().await;
    let mut values = done.values();
    values.sort();
    let healthy: Vec<String> =
        (0..20).filter(|n| *n != 7).map(|n| format!("MSG#{n:02}={n}")).collect();
    assert_eq!(values, healthy);
    let received_records = received.0.lock().unwrap().clone();
    let poisoned = received_records.iter().find(|record| value(record) == "MSG#07=7").unwrap();
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
async fn a_partly_failed_batch_is_retried_from_its_first_failed_record() {
    let dynamodb = start().await;
    for number in 0..3 {
        put(&client(&dynamodb, "any"), "CONV#1", "META", number).await;
    }
    let received = ReceivedRecords::default();
    let first = std::sync::atomic::AtomicBool::new(true);
    let invoke = recording(&received, move |event| {
        let failures: Vec<Value> = records(&event)
            .filter(|record| value(record) != "META=0")
            .map(|record| json!({ "itemIdentifier": sequence(record) }))
            .collect();
        let fails = first.swap(false, std::sync::atomic::Ordering::Relaxed);
        let response = if fails { json!({ "batchItemFailures": failures }) } else { json!({}) };
        Box::pin(async { Ok(response) })
    });
    let spec = StreamSpec { bisect: false, ..one_worker_per_shard() };
    let streams = start_mapping(&dynamodb, spec, &OffsetClock::new(), invoke).await;
    streams.wait_until_idle().await;
    assert_eq!(received.values(), ["META=0", "META=1", "META=2", "META=1", "META=2"]);
    assert!(streams.failures("Lost").unwrap().is_empty());
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn an_unknown_failed_item_fails_the_whole_batch() {
    let dynamodb = start().await;
    put(&client(&dynamodb, "any"), "CONV#1", "META", 0).await;
    let received = ReceivedRecords::default();
    let invoke = recording(&received, |_| {
        Box::pin(async { Ok(json!({ "batchItemFailures": [{ "itemIdentifier": "" }] })) })
    });
    let streams =
        start_mapping(&dynamodb, one_worker_per_shard(), &OffsetClock::new(), invoke).await;
    streams.wait_until_idle().await;
    assert_eq!(received.values(), ["META=0", "META=0", "META=0"], "once and two retries");
    assert_eq!(streams.failures("Lost").unwrap()[0]["requestContext"]["approximateInvokeCount"], 3);
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_panicking_function_is_one_failed_invocation() {
    let dynamodb = start().await;
    put(&client(&dynamodb, "any"), "CONV#1", "META", 0).await;
    let received = ReceivedRecords::default();
    let invoke = recording(&received, |_| Box::pin(async { panic!("out of ideas") }));
    let streams =
        start_mapping(&dynamodb, one_worker_per_shard(), &OffsetClock::new(), invoke).await;
    streams.wait_until_idle().await;
    let reason = streams.failures("Lost").unwrap()[0]["reason"].to_string();
    assert!(reason.contains("panicked"), "{reason}");
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn records_older_than_the_maximum_age_fail_with_that_reason() {
    let clock = OffsetClock::new();
    let dynamodb = start_in(None, &clock).await.unwrap();
    put(&client(&dynamodb, "any"), "CONV#1", "META", 0).await;
    clock.advance(Duration::from_mins(61));
    put(&client(&dynamodb, "any"), "CONV#1", "META", 1).await;
    let received = ReceivedRecords::default();
    let streams =
        start_mapping(&dynamodb, one_worker_per_shard(), &clock, succeeding(&received)).await;
    streams.wait_until_idle().await;
    assert_eq!(received.values(), ["META=1"]);
    let [failure] = streams.failures("Lost").unwrap().try_into().unwrap();
    assert_eq!(failure["requestContext"]["condition"], "RecordAgeExceeded");
    streams.stop().await;
    dynamodb.stop().await;
}
