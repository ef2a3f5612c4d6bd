//! What outlives a restart.

use serde_json::json;
use shared::clock::ShiftClock;

use super::{Seen, content, mapped, noting, spec};
use crate::dynamodb::tests::{client, put, start, start_in};
use crate::dynamodb::{DynamoDb, Gate};
use crate::template::StreamSpec;

async fn at(folder: &tempfile::TempDir, clock: &ShiftClock) -> DynamoDb {
    start_in(Some(folder.path()), clock).await.unwrap()
}

#[tokio::test]
async fn after_a_restart_only_new_records_come_and_old_failures_are_still_there() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), ShiftClock::new());
    let dynamodb = at(&folder, &clock).await;
    let invoke = noting(&Seen::default(), |_| Box::pin(async { Err("not today".to_owned()) }));
    let streams = mapped(&dynamodb, spec(), &clock, invoke).await;
    put(&client(&dynamodb, "any"), "CONV#1", "META", 1).await;
    streams.settled().await;
    streams.stop().await;
    dynamodb.stop().await;

    let dynamodb = at(&folder, &clock).await;
    let seen = Seen::default();
    put(&client(&dynamodb, "any"), "CONV#1", "META", 2).await;
    let streams = mapped(&dynamodb, spec(), &clock, content(&seen)).await;
    streams.settled().await;
    assert_eq!(seen.values(), ["META=2"]);
    assert_eq!(streams.failures("Lost").unwrap()[0]["reason"], "not today");
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_being_delivered_when_the_process_died_comes_again() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), ShiftClock::new());
    let dynamodb = at(&folder, &clock).await;
    let gate = Gate::new();
    let invoke = noting(&Seen::default(), {
        let gate = gate.clone();
        move |_| {
            let gate = gate.clone();
            Box::pin(async move {
                gate.pass().await;
                Ok(json!({}))
            })
        }
    });
    let streams = mapped(&dynamodb, spec(), &clock, invoke).await;
    put(&client(&dynamodb, "any"), "CONV#1", "META", 1).await;
    gate.arrived().await;
    // As a killed process leaves it: nothing is told to end, the files are what they are.
    let killed = tempfile::tempdir().unwrap();
    for file in folder.path().read_dir().unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), killed.path().join(file.file_name())).unwrap();
    }
    gate.open();
    streams.settled().await;
    streams.stop().await;
    dynamodb.stop().await;

    let dynamodb = at(&killed, &clock).await;
    let seen = Seen::default();
    let streams = mapped(&dynamodb, spec(), &clock, content(&seen)).await;
    streams.settled().await;
    assert_eq!(seen.values(), ["META=1"]);
    streams.stop().await;
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_new_mapping_begins_at_the_oldest_record_or_at_the_newest_as_it_says() {
    let (dynamodb, clock) = (start().await, ShiftClock::new());
    put(&client(&dynamodb, "any"), "CONV#1", "META", 1).await;
    let seen = Seen::default();
    let spec = StreamSpec { from_start: false, ..spec() };
    let streams = mapped(&dynamodb, spec, &clock, content(&seen)).await;
    put(&client(&dynamodb, "any"), "CONV#1", "META", 2).await;
    streams.settled().await;
    assert_eq!(seen.values(), ["META=2"]);
    streams.stop().await;
    dynamodb.stop().await;
}
