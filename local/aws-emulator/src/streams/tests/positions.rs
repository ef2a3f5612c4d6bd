//! Positions and failures after a restart.

use serde_json::json;
use shared::clock::OffsetClock;

use super::{ReceivedRecords, recording, spec, start_mapping, succeeding};
use crate::dynamodb::tests::{client, put, start, start_in};
use crate::dynamodb::{DynamoDb, Gate};
use crate::template::StreamSpec;

async fn start_database(folder: &tempfile::TempDir, clock: &OffsetClock) -> DynamoDb {
    start_in(Some(folder.path()), clock).await.unwrap()
}

#[tokio::test]
async fn after_a_restart_only_new_records_arrive_and_old_failures_remain() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), OffsetClock::new());
    let dynamodb = start_database(&folder, &clock).await;
    let invoke =
        recording(&ReceivedRecords::default(), |_| Box::pin(async { Err("not today".to_owned()) }));
    let streams = start_mapping(&dynamodb, spec(), &clock, invoke).await;
    put(&client(&dynamodb, "any"), "CONV#1", "META", 1).await;
    streams.wait_until_idle().await;
    streams.stop().await;
    dynamodb.stop().await;

    let dynamodb = start_database(&folder, &clock).await;
    let received = ReceivedRecords::default();
    put(&client(&dynamodb, "any"), "CONV#1", "META", 2).await;
    let streams = start_mapping(&dynamodb, spec(), &clock, succeeding(&received)).await;
    streams.wait_until_idle().await;
    assert_eq!(received.values(), ["META=2"]);
    assert_eq!(streams.failures("Lost").unwrap()[0]["reason"], "not today");
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_in_delivery_at_a_crash_are_delivered_again() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), OffsetClock::new());
    let dynamodb = start_database(&folder, &clock).await;
    let gate = Gate::new();
    let invoke = recording(&ReceivedRecords::default(), {
        let gate = gate.clone();
        move |_| {
            let gate = gate.clone();
            Box::pin(async move {
                gate.pass().await;
                Ok(json!({}))
            })
        }
    });
    let streams = start_mapping(&dynamodb, spec(), &clock, invoke).await;
    put(&client(&dynamodb, "any"), "CONV#1", "META", 1).await;
    gate.wait_for_request().await;
    // As after a killed process: nothing is stopped, and the files stay as they are.
    let copy = tempfile::tempdir().unwrap();
    for file in folder.path().read_dir().unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    gate.open();
    streams.wait_until_idle().await;
    streams.stop().await;
    dynamodb.stop().await;

    let dynamodb = start_database(&copy, &clock).await;
    let received = ReceivedRecords::default();
    let streams = start_mapping(&dynamodb, spec(), &clock, succeeding(&received)).await;
    streams.wait_until_idle().await;
    assert_eq!(received.values(), ["META=1"]);
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_new_mapping_starts_at_the_configured_position() {
    let (dynamodb, clock) = (start().await, OffsetClock::new());
    put(&client(&dynamodb, "any"), "CONV#1", "META", 1).await;
    let received = ReceivedRecords::default();
    let spec = StreamSpec { from_start: false, ..spec() };
    let streams = start_mapping(&dynamodb, spec, &clock, succeeding(&received)).await;
    put(&client(&dynamodb, "any"), "CONV#1", "META", 2).await;
    streams.wait_until_idle().await;
    assert_eq!(received.values(), ["META=2"]);
    streams.stop().await;
    dynamodb.stop().await;
}
