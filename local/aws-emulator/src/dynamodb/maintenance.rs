//! What DynamoDB does by itself: deletes expired items, and stream records after 24 hours.

use std::sync::Arc;
use std::time::Duration;

use dynoxide::DynoxideError;
use dynoxide::storage::Storage;
use serde_json::{Value, json};
use shared::clock::Clock;

use super::engine::Engine;
use crate::template::TableSpec;

/// The interval, by the injected clock.
const INTERVAL: Duration = Duration::from_mins(1);
/// How long a stream record is kept, in seconds.
const RECORD_RETENTION_SECS: i64 = 24 * 60 * 60;
/// The number of rows in one write, which delays other writes.
const BATCH_SIZE: usize = 25;
/// The identity in stream records of expired items.
const TTL_IDENTITY: &str = r#"{"type":"Service","principalId":"dynamodb.amazonaws.com"}"#;

/// Runs maintenance at each interval until it is aborted.
pub(super) async fn run(engine: Engine, tables: Vec<TableSpec>, clock: Arc<dyn Clock>) {
    loop {
        if let Err(error) = run_once(&engine, &tables, clock.as_ref()).await {
            tracing::warn!(%error, "Table maintenance failed; retrying in a minute");
        }
        clock.sleep(INTERVAL).await;
    }
}

/// Deletes expired items and stream records older than a day.
pub(super) async fn run_once(
    engine: &Engine,
    tables: &[TableSpec],
    clock: &dyn Clock,
) -> Result<(), DynoxideError> {
    let second = clock.now().as_second();
    for table in tables {
        let Some(attribute) = &table.ttl_attribute else { continue };
        let (table_name, attribute) = (table.name.clone(), attribute.clone());
        let keys = engine
            .maintenance(move |storage| expired_keys(storage, &table_name, &attribute, second))
            .await?;
        for batch in keys.chunks(BATCH_SIZE) {
            let (batch, table) = (batch.to_vec(), table.clone());
            engine
                .write(move |storage| {
                    batch.iter().try_for_each(|key| expire(storage, &table, key, second))
                })
                .await?;
        }
    }
    trim(engine, second - RECORD_RETENTION_SECS).await
}

type Key = (String, String);

/// Returns the keys of expired items.
fn expired_keys(
    storage: &Storage,
    table: &str,
    attribute: &str,
    second: i64,
) -> Result<Vec<Key>, DynoxideError> {
    let sql = format!(
        "SELECT pk, sk FROM \"{}\" WHERE CAST(json_extract(item_json, ?1) AS INTEGER) < ?2",
        table.replace('"', "\"\"")
    );
    let mut statement = storage.conn().prepare_cached(&sql)?;
    let path = format!("$.\"{attribute}\".N");
    let keys = statement.query_map((path, second), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// Deletes an item with its index entries and writes its stream record, if it is still expired.
fn expire(
    storage: &Storage,
    table: &TableSpec,
    (pk, sk): &Key,
    second: i64,
) -> Result<(), DynoxideError> {
    let attribute = table.ttl_attribute.as_deref().unwrap_or_default();
    let Some(text) = storage.get_item(&table.name, pk, sk)? else { return Ok(()) };
    let item: Value = serde_json::from_str(&text).unwrap_or_default();
    let time = item.get(attribute).and_then(|time| time.get("N")?.as_str()?.parse::<i64>().ok());
    if time.is_none_or(|time| time >= second) {
        return Ok(());
    }
    storage.begin_transaction()?;
    let deleted = delete(storage, table, (pk, sk), &item, second);
    if deleted.is_ok() { storage.commit() } else { storage.rollback() }?;
    deleted
}

fn delete(
    storage: &Storage,
    table: &TableSpec,
    (pk, sk): (&str, &str),
    item: &Value,
    second: i64,
) -> Result<(), DynoxideError> {
    storage.delete_item(&table.name, pk, sk)?;
    for index in &table.indexes {
        storage.delete_gsi_item(&table.name, &index.name, pk, sk)?;
    }
    if !table.stream {
        return Ok(());
    }
    let mut keys = json!({});
    for name in [Some(&table.hash_key), table.range_key.as_ref()].into_iter().flatten() {
        if let (Some(keys), Some(value)) = (keys.as_object_mut(), item.get(name)) {
            keys.insert(name.clone(), value.clone());
        }
    }
    storage.insert_stream_record_with_identity(
        &table.name,
        "REMOVE",
        &keys.to_string(),
        None,
        Some(&item.to_string()),
        &storage.next_stream_sequence_number(&table.name)?.to_string(),
        &dynoxide::streams::shard_id(&table.name),
        second,
        Some(TTL_IDENTITY),
    )
}

/// Deletes stream records older than `oldest`, except the newest one.
///
/// The engine derives the next sequence number from the newest record.
async fn trim(engine: &Engine, oldest: i64) -> Result<(), DynoxideError> {
    let keep_from = engine
        .maintenance(move |storage| {
            let sql = "SELECT coalesce((SELECT id FROM _stream_records WHERE created_at >= ?1 ORDER BY id LIMIT 1), \
                (SELECT max(id) FROM _stream_records), 0)";
            Ok(storage.conn().prepare_cached(sql)?.query_row([oldest], |row| row.get::<_, i64>(0))?)
        })
        .await?;
    loop {
        let deleted = engine
            .write(move |storage| {
                let sql = "DELETE FROM _stream_records WHERE id IN \
                    (SELECT id FROM _stream_records WHERE id < ?1 ORDER BY id LIMIT 500)";
                Ok(storage.conn().prepare_cached(sql)?.execute([keep_from])?)
            })
            .await?;
        if deleted == 0 {
            return Ok(());
        }
    }
}
