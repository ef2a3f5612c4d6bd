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
pub(super) enum Touch {
    /// `PutItem`, `UpdateItem`, `DeleteItem`, one entry of `BatchWriteItem`: queues behind its like.
    Write,
    /// `TransactWriteItems`: alone on its items.
    Transaction,
    /// `TransactGetItems`: conflicts with writes, and no write with it.
    TransactionRead,
}

#[derive(Debug, Default)]
struct Held {
    writes: usize,
    transaction: bool,
}

/// The items that are held now. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct InFlight {
    held: Arc<Mutex<HashMap<ItemKey, Held>>>,
}

impl InFlight {
    /// Holds all of `keys` until the answer is dropped, or says for each whether another request is in the way.
    pub(super) fn hold(&self, keys: Vec<ItemKey>, touch: Touch) -> Result<Hold, Vec<bool>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let conflicts: Vec<bool> = keys
            .iter()
            .map(|key| held.get(key).is_some_and(|by| by.transaction || touch != Touch::Write))
            .collect();
        if conflicts.contains(&true) {
            return Err(conflicts);
        }
        if touch == Touch::TransactionRead {
            return Ok(Hold { of: self.clone(), keys: Vec::new(), touch });
        }
        for key in &keys {
            let entry = held.entry(key.clone()).or_default();
            match touch {
                Touch::Transaction => entry.transaction = true,
                Touch::Write | Touch::TransactionRead => entry.writes += 1,
            }
        }
        Ok(Hold { of: self.clone(), keys, touch })
    }
}

/// A request's grip on its items.
#[derive(Debug)]
pub(super) struct Hold {
    of: InFlight,
    keys: Vec<ItemKey>,
    touch: Touch,
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut held = self.of.held.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            let Some(entry) = held.get_mut(key) else { continue };
            match self.touch {
                Touch::Transaction => entry.transaction = false,
                Touch::Write | Touch::TransactionRead => {
                    entry.writes = entry.writes.saturating_sub(1);
                }
            }
            if entry.writes == 0 && !entry.transaction {
                held.remove(key);
            }
        }
    }
}
