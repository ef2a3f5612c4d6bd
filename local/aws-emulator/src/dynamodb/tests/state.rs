//! The state folder.

use std::sync::Arc;
use std::time::Duration;

use shared::clock::OffsetClock;

use super::super::{DynamoDb, DynamoOptions};
use super::{allow_all, client, n, put, revision, s, start, start_in, table};

#[tokio::test]
async fn written_items_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let clock = OffsetClock::new();
    let first = start_in(Some(folder.path()), &clock).await.unwrap();
    put(&client(&first, "any"), "CONV#1", "META", 1).await;
    first.stop().await;
    let second = start_in(Some(folder.path()), &clock).await.unwrap();
    let scan = client(&second, "any").scan().table_name("Table").send().await.unwrap();
    assert_eq!(scan.count, 1);
    second.stop().await;
}

#[tokio::test]
async fn after_a_stop_all_state_is_in_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let clock = OffsetClock::new();
    for run in 1..=20 {
        let dynamodb = start_in(Some(folder.path()), &clock).await.unwrap();
        put(&client(&dynamodb, "any"), "CONV#1", &format!("M#{run}"), 1).await;
        dynamodb.stop().await;
        assert!(!folder.path().join("table.db-wal").exists(), "after stop {run}");
    }
}

#[tokio::test]
async fn a_state_folder_in_use_is_rejected_with_advice_and_released_on_stop() {
    let folder = tempfile::tempdir().unwrap();
    let clock = OffsetClock::new();
    let first = start_in(Some(folder.path()), &clock).await.unwrap();
    let error = start_in(Some(folder.path()), &clock).await.err().unwrap().to_string();
    assert!(error.contains("in use by another running Partyline"), "{error}");
    assert!(error.contains("--memory"), "{error}");
    first.stop().await;
    start_in(Some(folder.path()), &clock).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_damaged_file_is_rejected_with_advice_and_left_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.db");
    std::fs::write(&file, b"this text is not a database, whatever its length").unwrap();
    let error = start_in(Some(folder.path()), &OffsetClock::new()).await.err().unwrap().to_string();
    assert!(error.contains("is damaged"), "{error}");
    assert!(error.contains("--reset"), "{error}");
    assert!(std::fs::read(&file).unwrap().starts_with(b"this text is not a database"));
}

#[tokio::test]
async fn in_memory_state_is_deleted_on_stop() {
    let dynamodb = start().await;
    let folder = dynamodb.folder().to_owned();
    assert!(folder.join("table.db").exists());
    dynamodb.stop().await;
    assert!(!folder.exists());
}

#[tokio::test]
async fn expired_items_are_deleted_by_the_clock_and_stream_records_after_a_day() {
    let clock = OffsetClock::new();
    let dynamodb = start_in(None, &clock).await.unwrap();
    let client = client(&dynamodb, "any");
    let expiry = shared::clock::Clock::now(&clock).as_second() + 60;
    let item = client.put_item().table_name("Table").item("pk", s("KEY#1")).item("sk", s("KEY"));
    item.item("expires_at", n(expiry)).send().await.unwrap();
    put(&client, "CONV#1", "META", 1).await;
    let count = || async { client.scan().table_name("Table").send().await.unwrap().count };
    dynamodb.sweep().await.unwrap();
    assert_eq!(count().await, 2);
    clock.advance(Duration::from_mins(2));
    dynamodb.sweep().await.unwrap();
    assert_eq!(count().await, 1);
    clock.advance(Duration::from_hours(25));
    put(&client, "CONV#2", "META", 1).await;
    dynamodb.sweep().await.unwrap();
    let records = dynamodb.engine().read(|storage| {
        let sql = "SELECT count(*) FROM _stream_records";
        Ok(storage.conn().query_row(sql, [], |row| row.get::<_, i64>(0))?)
    });
    assert_eq!(records.await.unwrap(), 1);
    assert_eq!(revision(&client, "CONV#2").await, None);
    dynamodb.stop().await;
}

#[tokio::test]
async fn a_new_index_is_created_and_filled_in_an_existing_folder() {
    let folder = tempfile::tempdir().unwrap();
    let open = |tables: Vec<crate::template::TableSpec>| {
        let (folder, clock) = (Some(folder.path().to_owned()), Arc::new(OffsetClock::new()));
        async move {
            let permissions = allow_all();
            DynamoDb::start(DynamoOptions { tables: &tables, folder, permissions, clock }).await
        }
    };
    let mut older = table();
    older.indexes.clear();
    let first = open(vec![older]).await.unwrap();
    let item = client(&first, "any").put_item().table_name("Table").item("pk", s("CONV#1"));
    item.item("sk", s("META"))
        .item("list_pk", s("INBOX"))
        .item("list_sk", s("1"))
        .send()
        .await
        .unwrap();
    first.stop().await;
    let second = open(vec![table()]).await.unwrap();
    let query = client(&second, "any").query().table_name("Table").index_name("list");
    let query = query.key_condition_expression("list_pk = :inbox");
    let results = query.expression_attribute_values(":inbox", s("INBOX")).send().await.unwrap();
    assert_eq!(results.count, 1);
    second.stop().await;
}
