//! How far a mapping has come: what it has read, and what of that is not yet consumed.

use std::collections::BTreeSet;

use tokio::sync::watch;

/// A mapping's progress at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct ProgressSnapshot {
    read: i64,
    outstanding: BTreeSet<i64>,
}

impl ProgressSnapshot {
    /// Everything up to here is consumed; what follows is delivered (again) after a restart.
    pub(super) fn position(&self) -> i64 {
        self.outstanding.first().map_or(self.read, |oldest| oldest - 1)
    }

    /// Whether the record at `place` was read.
    pub(super) fn has_read(&self, position: i64) -> bool {
        self.read >= position
    }

    /// How many records are at work or wait for it.
    pub(super) fn outstanding_count(&self) -> usize {
        self.outstanding.len()
    }
}

/// A mapping's progress, watched by those who wait for it. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Progress(watch::Sender<ProgressSnapshot>);

impl Progress {
    /// Everything up to `position` is consumed.
    pub(super) fn from_position(position: i64) -> Self {
        Self(watch::Sender::new(ProgressSnapshot { read: position, outstanding: BTreeSet::new() }))
    }

    /// Records up to `read` were seen, of which `taken` are to be consumed.
    pub(super) fn record_read(&self, read_to: i64, outstanding: impl IntoIterator<Item = i64>) {
        self.0.send_modify(|state| {
            state.read = state.read.max(read_to);
            state.outstanding.extend(outstanding);
        });
    }

    /// These records are consumed, or lie in the failure queue.
    pub(super) fn record_done(&self, positions: impl IntoIterator<Item = i64>) {
        self.0.send_modify(|state| {
            for position in positions {
                state.outstanding.remove(&position);
            }
        });
    }

    /// Up to where everything is consumed.
    pub(super) fn position(&self) -> i64 {
        self.0.borrow().position()
    }

    /// Up to where records were seen.
    pub(super) fn read_position(&self) -> i64 {
        self.0.borrow().read
    }

    /// Whether nothing is at work.
    pub(super) fn is_idle(&self) -> bool {
        self.0.borrow().outstanding_count() == 0
    }

    /// Changes with each step.
    pub(super) fn watch(&self) -> watch::Receiver<ProgressSnapshot> {
        self.0.subscribe()
    }

    /// Completes when everything up to `place` is consumed and nothing is at work.
    pub(super) async fn wait_idle_at(&self, position: i64) {
        let idle =
            |state: &ProgressSnapshot| state.has_read(position) && state.outstanding_count() == 0;
        let _ = self.0.subscribe().wait_for(idle).await;
    }

    /// Completes when fewer than `limit` records are outstanding.
    pub(super) async fn wait_below(&self, limit: usize) {
        let _ = self.0.subscribe().wait_for(|state| state.outstanding_count() < limit).await;
    }
}
