//! The consumed write and read units, by caller, operation and table.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

/// The key of a counter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CapacityKey {
    /// The name of the calling function.
    pub caller: String,
    /// The operation, for example `TransactWriteItems`.
    pub operation: String,
    /// The name of the table.
    pub table: String,
}

/// The consumed capacity of successful operations.
///
/// The engine reports no units for a rejected write.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CapacityUnits {
    /// The number of operations.
    pub calls: u64,
    /// The write request units.
    ///
    /// Transactions count twice, and indexes are included.
    pub write_units: f64,
    /// The read request units.
    pub read_units: f64,
}

/// The counters.
///
/// Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Capacity {
    by_key: Arc<Mutex<BTreeMap<CapacityKey, CapacityUnits>>>,
}

impl Capacity {
    /// Returns all counters.
    pub fn snapshot(&self) -> BTreeMap<CapacityKey, CapacityUnits> {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the sum of all operations of `caller`.
    pub fn for_caller(&self, caller: &str) -> CapacityUnits {
        self.snapshot().into_iter().filter(|(key, _)| key.caller == caller).fold(
            CapacityUnits::default(),
            |sum, (_, units)| CapacityUnits {
                calls: sum.calls + units.calls,
                write_units: sum.write_units + units.write_units,
                read_units: sum.read_units + units.read_units,
            },
        )
    }

    /// Resets all counters.
    pub fn reset(&self) {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Adds the capacity that a response reports: one `ConsumedCapacity` or a list of them.
    pub(super) fn add(&self, caller: &str, operation: &str, writes: bool, report: &Value) {
        let reports = report.as_array().map_or(std::slice::from_ref(report), Vec::as_slice);
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        for entry_report in reports {
            let text =
                |name: &str| entry_report.get(name).and_then(Value::as_str).unwrap_or_default();
            let units =
                entry_report.get("CapacityUnits").and_then(Value::as_f64).unwrap_or_default();
            let entry = by_key
                .entry(CapacityKey {
                    caller: caller.to_owned(),
                    operation: operation.to_owned(),
                    table: text("TableName").to_owned(),
                })
                .or_default();
            entry.calls += 1;
            if writes {
                entry.write_units += units;
            } else {
                entry.read_units += units;
            }
        }
    }
}
