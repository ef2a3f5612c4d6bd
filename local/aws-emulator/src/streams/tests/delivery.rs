//! Delivery of records to functions, and their order.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::dynamodb::Event;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::clock::OffsetClock;

use super::{ReceivedRecords, recording, records, spec, start_mapping, succeeding, value};
use crate::dynamodb::Gate;
use crate::dynamodb::tests::{client, n, put, s, start, start_in};
use crate::template::StreamSpec;

#[tokio::test]
async fn an_event_has_the_shape_that_lambda_sends() {
    let dynamodb = start().await;
    let received = ReceivedRecords::default();
    let streams =
        start_mapping(&dynamodb, spec(), &OffsetClock::new(), succeeding(&received)).await;
    put(&client(&dynamodb, "any"), "CONV#1", "META", 1).await;
    put(&client(&dynamodb, "any"), "CONV#1", "META", 2).await;
    streams.wait_until_idle().await;
    let records = received.0.lock().unwrap().clone();
    let event: Event = serde_json::from_value(json!({ "Records": records })).unwrap();
    let [insert, modify] = event.records.as_slice() else { panic!("{event:?}") };
    assert_eq!((&*insert.event_name, &*modify.event_name), ("INSERT", "MODIFY"));
    assert!(insert.change.sequence_number < modify.change.sequence_number);
    assert_eq!(modify.change.old_image, insert.change.new_image);
    let mut record = records[1].clone();
    for changing in ["eventID", "dynamodb"] {
        record.as_object_mut().unwrap().remove(changing);
    }
    assert_eq!(
        record,
        json!({
            "eventName": "MODIFY",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/Table/stream/2026-01-01T00:00:00.000",
        })
    );
    let names: Vec<&String> = records[1]["dynamodb"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "ApproximateCreationDateTime",
            "Keys",
            "NewImage",
            "OldImage",
            "SequenceNumber",
            "SizeBytes",
            "StreamViewType"
        ]
    );
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn an_expired_item_arrives_as_removed_by_the_service() {
    let clock = OffsetClock::new();
    let dynamodb = start_in(None, &clock).await.unwrap();
    let expiry = shared::clock::Clock::now(&clock).as_second() + 60;
    let item = client(&dynamodb, "any").put_item().table_name("Table").item("pk", s("KEY#1"));
    item.item("sk", s("KEY")).item("expires_at", n(expiry)).send().await.unwrap();
    clock.advance(Duration::from_mins(2));
    dynamodb.sweep().await.unwrap();
    let received = ReceivedRecords::default();
    let streams = start_mapping(&dynamodb, spec(), &clock, succeeding(&received)).await;
    streams.wait_until_idle().await;
    let record = received.0.lock().unwrap()[1].clone();
    assert_eq!(record["eventName"], "REMOVE");
    let service = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
    assert_eq!(record["userIdentity"], service);
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn only_matching_records_are_delivered() {
    let dynamodb = start().await;
    let received = ReceivedRecords::default();
    let filters =
        vec![json!({ "dynamodb": { "Keys": { "sk": { "S": [{ "prefix": "QUEUE#" }] } } } })];
    let spec = StreamSpec { filters, ..spec() };
    let streams = start_mapping(&dynamodb, spec, &OffsetClock::new(), succeeding(&received)).await;
    for sk in ["META", "QUEUE#1", "MSG#1"] {
        put(&client(&dynamodb, "any"), "CONV#1", sk, 1).await;
    }
    streams.wait_until_idle().await;
    assert_eq!(received.values(), ["QUEUE#1=1"]);
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn two_mappings_each_get_every_record() {
    let dynamodb = start().await;
    let received = ReceivedRecords::default();
    let specs = ["push", "dispatch"].map(|name| (super::function(name), spec()));
    let clock = Arc::new(OffsetClock::new());
    let invoke = succeeding(&received);
    let streams = super::Streams::start(&dynamodb, specs.into(), invoke, clock).await.unwrap();
    put(&client(&dynamodb, "any"), "CONV#1", "META", 1).await;
    streams.wait_until_idle().await;
    assert_eq!(received.values(), ["META=1", "META=1"]);
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_one_item_stay_in_order_when_every_third_invocation_fails() {
    let dynamodb = start().await;
    let received = ReceivedRecords::default();
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let done = ReceivedRecords::default();
    let invoke = recording(&received, {
        let done = done.clone();
        move |event| {
            let fails = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed).is_multiple_of(3);
            if !fails {
                done.add(&event);
            }
            let result = if fails { Err("every third".to_owned()) } else { Ok(json!({})) };
            Box::pin(async { result })
        }
    });
    let spec = StreamSpec { retries: None, ..spec() };
    let streams = start_mapping(&dynamodb, spec, &OffsetClock::new(), invoke).await;
    let client = client(&dynamodb, "any");
    let writers = (0..6).map(|item| {
        let client = client.clone();
        async move {
            for number in 0..20 {
                put(&client, "CONV#1", &format!("MSG#{item}"), number).await;
            }
        }
    });
    join_all(writers).await;
    streams.wait_until_idle().await;
    let mut by_item: HashMap<String, Vec<i64>> = HashMap::new();
    for text in done.values() {
        let (item, number) = text.split_once('=').unwrap();
        by_item.entry(item.to_owned()).or_default().push(number.parse().unwrap());
    }
    let expected: Vec<i64> = (0..20).collect();
    assert_eq!(by_item.len(), 6);
    assert!(by_item.values().all(|numbers| *numbers == expected), "{by_item:?}");
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_record_delays_only_its_own_partition() {
    let dynamodb = start().await;
    let received = ReceivedRecords::default();
    let gate = Gate::new();
    let invoke = recording(&received, {
        let gate = gate.clone();
        move |event| {
            let slow = records(&event).any(|record| value(record) == "SLOW=1");
            let gate = gate.clone();
            Box::pin(async move {
                if slow {
                    gate.pass().await;
                }
                Ok(Value::Null)
            })
        }
    });
    let streams = start_mapping(&dynamodb, spec(), &OffsetClock::new(), invoke).await;
    let client = client(&dynamodb, "any");
    put(&client, "CONV#1", "SLOW", 1).await;
    gate.wait_for_request().await;
    for number in 0..64 {
        put(&client, &format!("CONV#{number}"), "META", number).await;
    }
    let newest = streams.newest("Table").await.unwrap();
    let mapping = &streams.mappings[0].1;
    // Far more than half of the items must arrive while one of the eight workers waits.
    let mut progress = mapping.progress.watch();
    progress
        .wait_for(|state| state.has_read(newest) && state.outstanding_count() < 32)
        .await
        .unwrap();
    assert!(received.values().len() > 32);
    gate.open();
    streams.wait_until_idle().await;
    assert_eq!(received.values().len(), 65);
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn waiting_until_idle_includes_what_the_function_wrote() {
    let dynamodb = start().await;
    let received = ReceivedRecords::default();
    let writer = client(&dynamodb, "dispatch");
    let invoke = recording(&received, move |event| {
        let writer = writer.clone();
        Box::pin(async move {
            for record in records(&event).filter(|record| value(record) == "QUEUE#1=1") {
                put(&writer, record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap(), "DONE", 2)
                    .await;
            }
            Ok(Value::Null)
        })
    });
    let streams = start_mapping(&dynamodb, spec(), &OffsetClock::new(), invoke).await;
    put(&client(&dynamodb, "any"), "CONV#1", "QUEUE#1", 1).await;
    streams.wait_until_idle().await;
    assert_eq!(received.values(), ["QUEUE#1=1", "DONE=2"]);
    streams.stop().await;
    dynamodb.stop().await;
}
