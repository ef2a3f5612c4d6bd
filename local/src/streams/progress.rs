//! How far a mapping has come: what it has read, and what of that is not yet consumed.

use std::collections::BTreeSet;

use tokio::sync::watch;

/// A mapping's progress at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    read: i64,
    outstanding: BTreeSet<i64>,
}

impl State {
    /// Everything up to here is consumed; what follows is delivered (again) after a restart.
    pub(super) fn position(&self) -> i64 {
        self.outstanding.first().map_or(self.read, |oldest| oldest - 1)
    }

    /// Whether the record at `place` was read.
    pub(super) fn saw(&self, place: i64) -> bool {
        self.read >= place
    }

    /// How many records are at work or wait for it.
    pub(super) fn waiting(&self) -> usize {
        self.outstanding.len()
    }
}

/// A mapping's progress, watched by those who wait for it. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Progress(watch::Sender<State>);

impl Progress {
    /// Everything up to `position` is consumed.
    pub(super) fn at(position: i64) -> Self {
        Self(watch::Sender::new(State { read: position, outstanding: BTreeSet::new() }))
    }

    /// Records up to `read` were seen, of which `taken` are to be consumed.
    pub(super) fn took(&self, read: i64, taken: impl IntoIterator<Item = i64>) {
        self.0.send_modify(|state| {
            state.read = state.read.max(read);
            state.outstanding.extend(taken);
        });
    }

    /// These records are consumed, or lie in the failure queue.
    pub(super) fn done(&self, places: impl IntoIterator<Item = i64>) {
        self.0.send_modify(|state| {
            for place in places {
                state.outstanding.remove(&place);
            }
        });
    }

    /// Up to where everything is consumed.
    pub(super) fn position(&self) -> i64 {
        self.0.borrow().position()
    }

    /// Up to where records were seen.
    pub(super) fn read(&self) -> i64 {
        self.0.borrow().read
    }

    /// Whether nothing is at work.
    pub(super) fn is_idle(&self) -> bool {
        self.0.borrow().waiting() == 0
    }

    /// Changes with each step.
    pub(super) fn watch(&self) -> watch::Receiver<State> {
        self.0.subscribe()
    }

    /// Completes when everything up to `place` is consumed and nothing is at work.
    pub(super) async fn idle_at(&self, place: i64) {
        let idle = |state: &State| state.saw(place) && state.waiting() == 0;
        let _ = self.0.subscribe().wait_for(idle).await;
    }

    /// Completes when fewer than `limit` records are outstanding.
    pub(super) async fn below(&self, limit: usize) {
        let _ = self.0.subscribe().wait_for(|state| state.waiting() < limit).await;
    }
}
