//! Reads one table's stream and deals its records out.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::mapping::Mapping;
use super::record::{self, Record};
use crate::dynamodb::Engine;
use crate::template::TableSpec;

/// Records read at once.
const READ: i64 = 500;
/// Records of one mapping that may wait before no more are read.
const WAITING: usize = 20_000;

/// A mapping and its lanes.
type Reader = (Arc<Mapping>, Vec<UnboundedSender<Arc<Record>>>);

/// Reads a table's stream for its mappings, woken by writes, until it is aborted.
pub(super) async fn run(engine: Engine, table: TableSpec, mappings: Vec<Reader>) {
    let mut written = engine.written();
    let positions = mappings.iter().map(|(mapping, _)| mapping.progress.read());
    let mut place = positions.min().unwrap_or_default();
    loop {
        written.mark_unchanged();
        loop {
            let (name, after) = (table.name.clone(), place);
            let rows = engine
                .read(move |storage| record::rows_after(storage, &name, after, READ))
                .await
                .unwrap_or_default();
            let Some(last) = rows.last() else { break };
            place = last.place;
            let records: Vec<_> = rows.into_iter().filter_map(|row| row.read(&table)).collect();
            for (mapping, lanes) in &mappings {
                mapping.take(&records, place, lanes);
                mapping.progress.below(WAITING).await;
            }
        }
        if written.changed().await.is_err() {
            return;
        }
    }
}
