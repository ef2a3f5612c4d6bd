//! Items that a request is at work on, from its arrival to its answer: what makes a transaction conflict.
//!
//! The engine runs one write at a time and so never sees two that overlap. Here they do: a request holds its items
//! while it queues for the engine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One item: its table and key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ItemKey {
    /// The table's name.
    pub table: String,
    /// Partition and sort key, as JSON.
    pub key: String,
}

/// How a request is about to touch its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AccessKind {
    /// `PutItem`, `UpdateItem`, `DeleteItem`, one entry of `BatchWriteItem`: queues behind its like.
    Write,
    /// `TransactWriteItems`: alone on its items.
    Transaction,
    /// `TransactGetItems`: conflicts with writes, and no write with it.
    TransactionRead,
}

#[derive(Debug, Default)]
struct LockedItems {
    writes: usize,
    transaction: bool,
}

/// The items that are held now. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct InFlight {
    locked: Arc<Mutex<HashMap<ItemKey, LockedItems>>>,
}

impl InFlight {
    /// Holds all of `keys` until the answer is dropped, or says for each whether another request is in the way.
    pub(super) fn lock(
        &self,
        keys: Vec<ItemKey>,
        access: AccessKind,
    ) -> Result<ItemLock, Vec<bool>> {
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        let conflicts: Vec<bool> = keys
            .iter()
            .map(|key| {
                locked
                    .get(key)
                    .is_some_and(|current| current.transaction || access != AccessKind::Write)
            })
            .collect();
        if conflicts.contains(&true) {
            return Err(conflicts);
        }
        if access == AccessKind::TransactionRead {
            return Ok(ItemLock { owner: self.clone(), keys: Vec::new(), access });
        }
        for key in &keys {
            let count = locked.entry(key.clone()).or_default();
            match access {
                AccessKind::Transaction => count.transaction = true,
                AccessKind::Write | AccessKind::TransactionRead => count.writes += 1,
            }
        }
        Ok(ItemLock { owner: self.clone(), keys, access })
    }
}

/// A request's grip on its items.
#[derive(Debug)]
pub(super) struct ItemLock {
    owner: InFlight,
    keys: Vec<ItemKey>,
    access: AccessKind,
}

impl Drop for ItemLock {
    fn drop(&mut self) {
        let mut locked = self.owner.locked.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            let Some(count) = locked.get_mut(key) else { continue };
            match self.access {
                AccessKind::Transaction => count.transaction = false,
                AccessKind::Write | AccessKind::TransactionRead => {
                    count.writes = count.writes.saturating_sub(1);
                }
            }
            if count.writes == 0 && !count.transaction {
                locked.remove(key);
            }
        }
    }
}
