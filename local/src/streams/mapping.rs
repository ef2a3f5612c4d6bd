//! One event source mapping: which records it takes, how far it has come.

use std::sync::Arc;

use serde_json::Value;
use shared::clock::Clock;
use tokio::sync::mpsc::UnboundedSender;

use super::Invoke;
use super::filter::Filter;
use super::progress::Progress;
use super::record::Record;
use super::store::Store;
use crate::template::StreamSpec;

/// DynamoDB keeps records for a day; none is delivered later, whatever the mapping says. In seconds.
const KEPT: i64 = 24 * 60 * 60;

/// A function's mapping onto a table's stream.
pub(super) struct Mapping {
    pub function: String,
    pub function_arn: String,
    pub stream_arn: String,
    pub spec: StreamSpec,
    pub filter: Filter,
    pub progress: Progress,
    pub invoke: Invoke,
    pub clock: Arc<dyn Clock>,
    pub store: Store,
}

impl Mapping {
    /// Its name in the store.
    pub(super) fn name(function: &str, table: &str) -> String {
        format!("{function} {table}")
    }

    /// The greatest age at which a record is delivered, in seconds.
    pub(super) fn longest_age(&self) -> i64 {
        let age = self.spec.record_age.and_then(|age| i64::try_from(age.as_secs()).ok());
        age.unwrap_or(KEPT).min(KEPT)
    }

    /// Takes what it wants of `records`, which are read up to `read`, and deals it to the lanes.
    pub(super) fn take(
        &self,
        records: &[Arc<Record>],
        read: i64,
        lanes: &[UnboundedSender<Arc<Record>>],
    ) {
        let from = self.progress.read();
        let wanted: Vec<&Arc<Record>> = records
            .iter()
            .filter(|record| record.place > from && self.filter.passes(&record.event))
            .collect();
        self.progress.took(read, wanted.iter().map(|record| record.place));
        for record in wanted {
            if let Some(lane) = lanes.get(record.lane(lanes.len())) {
                let _ = lane.send(Arc::clone(record));
            }
        }
    }

    /// These are dealt with for good.
    pub(super) fn consumed(&self, records: &[Arc<Record>]) {
        self.progress.done(records.iter().map(|record| record.place));
    }

    /// Keeps a message in the failure queue before the records count as consumed.
    pub(super) async fn keep_failure(&self, message: Value) {
        let Some(queue) = self.spec.on_failure.clone() else { return };
        let store = self.store.clone();
        let kept = tokio::task::spawn_blocking(move || store.fail(&queue, &message)).await;
        if let Ok(Err(error)) = kept {
            tracing::error!(%error, function.name = self.function, "a failed record could not be kept");
        }
    }

    /// Keeps the position on disk whenever it has moved, until it is aborted.
    pub(super) async fn keep_position(self: Arc<Self>, table: String) {
        let mut changes = self.progress.watch();
        let mut kept = self.progress.position();
        loop {
            let position = changes.borrow_and_update().position();
            if position != kept {
                let (store, name) = (self.store.clone(), Self::name(&self.function, &table));
                let keeping = tokio::task::spawn_blocking(move || store.keep(&name, position));
                if let Ok(Err(error)) = keeping.await {
                    tracing::error!(%error, function.name = self.function, "a stream position could not be kept");
                }
                kept = position;
            }
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}
