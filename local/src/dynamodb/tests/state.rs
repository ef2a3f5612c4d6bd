//! What lies in the folder.

use std::sync::Arc;
use std::time::Duration;

use shared::clock::ShiftClock;

use super::super::{DynamoDb, DynamoOptions};
use super::{client, everything, n, put, revision, s, start, start_in, table};

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ShiftClock::new();
    let first = start_in(Some(folder.path()), &clock).await.unwrap();
    put(&client(&first, "any"), "CONV#1", "META", 1).await;
    first.stop().await;
    let second = start_in(Some(folder.path()), &clock).await.unwrap();
    let scan = client(&second, "any").scan().table_name("Table").send().await.unwrap();
    assert_eq!(scan.count, 1);
    second.stop().await;
}

#[tokio::test]
async fn after_a_stop_everything_lies_in_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ShiftClock::new();
    for nth in 1..=20 {
        let dynamodb = start_in(Some(folder.path()), &clock).await.unwrap();
        put(&client(&dynamodb, "any"), "CONV#1", &format!("M#{nth}"), 1).await;
        dynamodb.stop().await;
        assert!(!folder.path().join("table.db-wal").exists(), "after stop {nth}");
    }
}

#[tokio::test]
async fn a_folder_in_use_is_refused_with_what_to_do_and_free_after_the_stop() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ShiftClock::new();
    let first = start_in(Some(folder.path()), &clock).await.unwrap();
    let refused = start_in(Some(folder.path()), &clock).await.err().unwrap().to_string();
    assert!(refused.contains("in use by another Partyline"), "{refused}");
    assert!(refused.contains("--memory"), "{refused}");
    first.stop().await;
    start_in(Some(folder.path()), &clock).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_damaged_file_is_refused_with_what_to_do_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.db");
    std::fs::write(&file, b"this is no database, however one looks at it").unwrap();
    let refused =
        start_in(Some(folder.path()), &ShiftClock::new()).await.err().unwrap().to_string();
    assert!(refused.contains("is damaged"), "{refused}");
    assert!(refused.contains("--reset"), "{refused}");
    assert!(std::fs::read(&file).unwrap().starts_with(b"this is no database"));
}

#[tokio::test]
async fn a_state_in_memory_is_gone_after_the_stop() {
    let dynamodb = start().await;
    let folder = dynamodb.folder().to_owned();
    assert!(folder.join("table.db").exists());
    dynamodb.stop().await;
    assert!(!folder.exists());
}

#[tokio::test]
async fn an_item_goes_when_its_time_has_come_by_the_clock_and_stream_records_after_a_day() {
    let clock = ShiftClock::new();
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
async fn an_index_that_is_new_in_the_template_is_made_and_filled_in_an_older_folder() {
    let folder = tempfile::tempdir().unwrap();
    let open = |tables: Vec<crate::template::TableSpec>| {
        let (folder, clock) = (Some(folder.path().to_owned()), Arc::new(ShiftClock::new()));
        async move {
            let permissions = everything();
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
    let found = query.expression_attribute_values(":inbox", s("INBOX")).send().await.unwrap();
    assert_eq!(found.count, 1);
    second.stop().await;
}
