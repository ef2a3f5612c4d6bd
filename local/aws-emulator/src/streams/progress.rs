//! The progress of a mapping: the records that were read, and those that are not consumed yet.

use std::collections::BTreeSet;

use tokio::sync::watch;

/// A mapping's progress at one time.
#[derive(Debug, Clone, Default)]
pub(super) struct ProgressSnapshot {
    read: i64,
    outstanding: BTreeSet<i64>,
}

impl ProgressSnapshot {
    /// Returns the last position before the first unconsumed record.
    ///
    /// Later records are delivered again after a restart.
    pub(super) fn position(&self) -> i64 {
        self.outstanding.first().map_or(self.read, |oldest| oldest - 1)
    }

    /// Returns whether the record at `position` was read.
    pub(super) fn has_read(&self, position: i64) -> bool {
        self.read >= position
    }

    /// Returns the number of records that are not consumed yet.
    pub(super) fn outstanding_count(&self) -> usize {
        self.outstanding.len()
    }
}

/// A mapping's progress, which can be watched.
///
/// Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Progress(watch::Sender<ProgressSnapshot>);

impl Progress {
    /// Creates a progress with everything up to `position` consumed.
    pub(super) fn from_position(position: i64) -> Self {
        Self(watch::Sender::new(ProgressSnapshot { read: position, outstanding: BTreeSet::new() }))
    }

    /// Records that everything up to `read_to` was read.
    ///
    /// `outstanding` are the records to consume.
    pub(super) fn record_read(&self, read_to: i64, outstanding: impl IntoIterator<Item = i64>) {
        self.0.send_modify(|state| {
            state.read = state.read.max(read_to);
            state.outstanding.extend(outstanding);
        });
    }

    /// Records that these positions are consumed or in the failure queue.
    pub(super) fn record_done(&self, positions: impl IntoIterator<Item = i64>) {
        self.0.send_modify(|state| {
            for position in positions {
                state.outstanding.remove(&position);
            }
        });
    }

    /// Returns the position up to which everything is consumed.
    pub(super) fn position(&self) -> i64 {
        self.0.borrow().position()
    }

    /// Returns the position up to which records were read.
    pub(super) fn read_position(&self) -> i64 {
        self.0.borrow().read
    }

    /// Returns whether all read records are consumed.
    pub(super) fn is_idle(&self) -> bool {
        self.0.borrow().outstanding_count() == 0
    }

    /// Returns a receiver that changes with each step.
    pub(super) fn watch(&self) -> watch::Receiver<ProgressSnapshot> {
        self.0.subscribe()
    }

    /// Waits until everything up to `position` is consumed and no record is outstanding.
    pub(super) async fn wait_idle_at(&self, position: i64) {
        let idle =
            |state: &ProgressSnapshot| state.has_read(position) && state.outstanding_count() == 0;
        let _ = self.0.subscribe().wait_for(idle).await;
    }

    /// Waits until fewer than `limit` records are outstanding.
    pub(super) async fn wait_below(&self, limit: usize) {
        let _ = self.0.subscribe().wait_for(|state| state.outstanding_count() < limit).await;
    }
}
