//! What DynamoDB does by itself: expiry by time to live, and stream records that live 24 hours.

use std::sync::Arc;
use std::time::Duration;

use dynoxide::DynoxideError;
use dynoxide::storage::Storage;
use shared::clock::Clock;

use super::engine::{Engine, now};
use crate::template::TableSpec;

/// How often, by the injected clock.
const EVERY: Duration = Duration::from_mins(1);
/// How long a stream record is kept, in seconds.
const KEPT: i64 = 24 * 60 * 60;

/// Sweeps and trims until it is aborted.
pub(super) async fn run(engine: Engine, tables: Vec<TableSpec>, clock: Arc<dyn Clock>) {
    loop {
        if let Err(error) = once(&engine, &tables, clock.as_ref()).await {
            tracing::warn!(%error, "the local table could not be tidied; tried again in a minute");
        }
        clock.sleep(EVERY).await;
    }
}

/// Deletes what has expired and stream records older than a day.
pub(super) async fn once(
    engine: &Engine,
    tables: &[TableSpec],
    clock: &dyn Clock,
) -> Result<(), DynoxideError> {
    let second = clock.now().as_second();
    let with_expiry: Vec<(String, String)> = tables
        .iter()
        .filter_map(|table| Some((table.name.clone(), table.ttl_attribute.clone()?)))
        .collect();
    // Looked for beside the writes first: the sweep itself holds them up.
    let (expired, old) = engine
        .read(move |storage| Ok((expired(storage, &with_expiry, second)?, old(storage, second)?)))
        .await?;
    if expired {
        engine.write(|storage| now(dynoxide::ttl::sweep_expired_items(storage))).await?;
    }
    if old {
        engine.write(move |storage| trim(storage, second)).await?;
    }
    Ok(())
}

fn expired(
    storage: &Storage,
    tables: &[(String, String)],
    second: i64,
) -> Result<bool, DynoxideError> {
    for (table, attribute) in tables {
        let table = table.replace('"', "\"\"");
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM \"{table}\" \
             WHERE CAST(json_extract(item_json, ?1) AS INTEGER) < ?2)"
        );
        let path = format!("$.\"{attribute}\".N");
        let mut statement = storage.conn().prepare_cached(&sql)?;
        if statement.query_row((path, second), |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn old(storage: &Storage, second: i64) -> Result<bool, DynoxideError> {
    let sql = "SELECT coalesce(min(created_at) < ?1, 0) FROM \
        (SELECT created_at FROM _stream_records ORDER BY id LIMIT 1)";
    Ok(storage.conn().prepare_cached(sql)?.query_row([second - KEPT], |row| row.get(0))?)
}

/// The newest record stays, whatever its age: the next sequence number is counted from it.
fn trim(storage: &Storage, second: i64) -> Result<(), DynoxideError> {
    let sql = "DELETE FROM _stream_records WHERE created_at < ?1 \
        AND id < (SELECT max(id) FROM _stream_records)";
    storage.conn().execute(sql, [second - KEPT])?;
    Ok(())
}
