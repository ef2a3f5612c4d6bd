//! Reads the stream of one table and passes its records to the mappings.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::mapping::Mapping;
use super::record::{self, Record};
use crate::dynamodb::Engine;
use crate::template::TableSpec;

/// The number of records in one read.
const READ_BATCH: i64 = 500;
/// The number of unconsumed records of a mapping above which reading pauses.
const MAX_OUTSTANDING: usize = 20_000;

/// A mapping and its partition workers.
type MappingWorkers = (Arc<Mapping>, Vec<UnboundedSender<Arc<Record>>>);

/// Reads a table's stream for its mappings after each write, until it is aborted.
pub(super) async fn run(engine: Engine, table: TableSpec, mappings: Vec<MappingWorkers>) {
    let mut written = engine.subscribe_writes();
    let positions = mappings.iter().map(|(mapping, _)| mapping.progress.read_position());
    let mut position = positions.min().unwrap_or_default();
    loop {
        written.mark_unchanged();
        loop {
            let (name, after) = (table.name.clone(), position);
            let rows = engine
                .read(move |storage| record::rows_after(storage, &name, after, READ_BATCH))
                .await
                .unwrap_or_default();
            let Some(last) = rows.last() else { break };
            position = last.position;
            let records: Vec<_> =
                rows.into_iter().filter_map(|row| row.into_record(&table)).collect();
            for (mapping, workers) in &mappings {
                mapping.enqueue(&records, position, workers);
                mapping.progress.wait_below(MAX_OUTSTANDING).await;
            }
        }
        if written.changed().await.is_err() {
            return;
        }
    }
}
