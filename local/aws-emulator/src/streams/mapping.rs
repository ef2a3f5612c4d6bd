//! One event source mapping: the records that it selects, and its progress.

use std::sync::Arc;

use serde_json::Value;
use shared::clock::Clock;
use tokio::sync::mpsc::UnboundedSender;

use super::filter::Filter;
use super::invoke::Invoke;
use super::progress::Progress;
use super::record::Record;
use super::store::PositionStore;
use crate::template::StreamSpec;

/// How long DynamoDB keeps records, in seconds.
///
/// Older ones are not delivered, whatever the mapping says.
const RECORD_RETENTION_SECS: i64 = 24 * 60 * 60;

/// The mapping of a table's stream to a function.
pub(super) struct Mapping {
    pub function: String,
    pub function_arn: String,
    pub stream_arn: String,
    pub spec: StreamSpec,
    pub filter: Filter,
    pub progress: Progress,
    pub invoke: Invoke,
    pub clock: Arc<dyn Clock>,
    pub store: PositionStore,
}

impl Mapping {
    /// Returns the mapping's name in the store.
    pub(super) fn name(function: &str, table: &str) -> String {
        format!("{function} {table}")
    }

    /// Returns the maximum age of delivered records, in seconds.
    pub(super) fn max_age(&self) -> i64 {
        let age = self.spec.record_age.and_then(|age| i64::try_from(age.as_secs()).ok());
        age.unwrap_or(RECORD_RETENTION_SECS).min(RECORD_RETENTION_SECS)
    }

    /// Sends the matching `records` to the partition workers.
    ///
    /// `read_to` is the position of the last one.
    pub(super) fn enqueue(
        &self,
        records: &[Arc<Record>],
        read_to: i64,
        workers: &[UnboundedSender<Arc<Record>>],
    ) {
        let from = self.progress.read_position();
        let matching: Vec<&Arc<Record>> = records
            .iter()
            .filter(|record| record.position > from && self.filter.passes(&record.event))
            .collect();
        self.progress.record_read(read_to, matching.iter().map(|record| record.position));
        for record in matching {
            if let Some(worker) = workers.get(record.worker_index(workers.len())) {
                let _ = worker.send(Arc::clone(record));
            }
        }
    }

    /// Marks records as consumed.
    pub(super) fn mark_consumed(&self, records: &[Arc<Record>]) {
        self.progress.record_done(records.iter().map(|record| record.position));
    }

    /// Stores a message in the failure queue.
    ///
    /// Called before the records are marked as consumed.
    pub(super) async fn store_failure(&self, message: Value) {
        let Some(queue) = self.spec.on_failure.clone() else { return };
        let store = self.store.clone();
        let stored = tokio::task::spawn_blocking(move || store.put_failure(&queue, &message)).await;
        if let Ok(Err(error)) = stored {
            tracing::error!(%error, function.name = self.function, "Failed batch not stored");
        }
    }

    /// Stores the position whenever it has changed, until it is aborted.
    pub(super) async fn store_positions(self: Arc<Self>, table: String) {
        let mut changes = self.progress.watch();
        let mut stored = self.progress.position();
        loop {
            let position = changes.borrow_and_update().position();
            if position != stored {
                let (store, name) = (self.store.clone(), Self::name(&self.function, &table));
                let save =
                    tokio::task::spawn_blocking(move || store.save_position(&name, position));
                if let Ok(Err(error)) = save.await {
                    tracing::error!(%error, function.name = self.function, "Stream position not stored");
                }
                stored = position;
            }
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}
