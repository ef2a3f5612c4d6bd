//! Locks on the items of requests in progress, which make transactions conflict.
//!
//! The engine runs one write at a time, so it never sees overlapping requests. Here a request locks its items from its
//! arrival to its response, also while it is queued.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// An item's table and key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ItemKey {
    /// The name of the table.
    pub table: String,
    /// Partition and sort key, as JSON.
    pub key: String,
}

/// How a request accesses its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AccessKind {
    /// `PutItem`, `UpdateItem`, `DeleteItem` or an entry of `BatchWriteItem`.
    ///
    /// Conflicts only with transactions.
    Write,
    /// `TransactWriteItems`.
    ///
    /// Conflicts with every other access.
    Transaction,
    /// `TransactGetItems`.
    ///
    /// Fails if its items are locked, and locks nothing.
    TransactionRead,
}

#[derive(Debug, Default)]
struct LockedItems {
    writes: usize,
    transaction: bool,
}

/// The locked items.
///
/// Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct InFlight {
    locked: Arc<Mutex<HashMap<ItemKey, LockedItems>>>,
}

impl InFlight {
    /// Locks all `keys` until the lock is dropped.
    ///
    /// If another request conflicts, returns for each key whether it does.
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

/// The lock of one request, released when dropped.
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
