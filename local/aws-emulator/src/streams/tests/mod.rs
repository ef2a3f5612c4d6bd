//! Tests of mappings on a real table, and their fixtures.

mod delivery;
mod failures;
mod positions;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use shared::clock::{Clock, OffsetClock};

use super::{Invoke, Streams};
use crate::dynamodb::DynamoDb;
use crate::template::{FunctionSpec, StreamSpec};

/// Returns a mapping like that of `dispatch`, with batches of ten.
fn spec() -> StreamSpec {
    StreamSpec {
        table: "Table".to_owned(),
        batch_size: 10,
        window: Duration::ZERO,
        parallelization_factor: 4,
        from_start: true,
        bisect: true,
        retries: Some(2),
        record_age: Some(Duration::from_hours(1)),
        partial_failures: true,
        filters: Vec::new(),
        on_failure: Some("Lost".to_owned()),
    }
}

/// Returns a function with this name.
fn function(name: &str) -> FunctionSpec {
    FunctionSpec {
        logical_id: "Dispatch".to_owned(),
        name: name.to_owned(),
        environment: BTreeMap::new(),
        timeout: Duration::from_secs(3),
        memory_mb: 128,
        grants: Vec::new(),
        triggers: Vec::new(),
    }
}

/// Starts one mapping to the function `dispatch`.
async fn start_mapping(
    dynamodb: &DynamoDb,
    spec: StreamSpec,
    clock: &OffsetClock,
    invoke: Invoke,
) -> Streams {
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    Streams::start(dynamodb, vec![(function("dispatch"), spec)], invoke, clock).await.unwrap()
}

/// The received records, in the order of receipt, including repeated ones.
#[derive(Clone, Default)]
struct ReceivedRecords(Arc<Mutex<Vec<Value>>>);

impl ReceivedRecords {
    fn add(&self, event: &Value) {
        self.0.lock().unwrap().extend(records(event).cloned());
    }

    /// Returns `sk=value` of each record.
    fn values(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(value).collect()
    }
}

fn records(event: &Value) -> impl Iterator<Item = &Value> {
    event["Records"].as_array().unwrap().iter()
}

fn value(record: &Value) -> String {
    let text = |path: &str| record.pointer(path).and_then(Value::as_str).unwrap_or("-").to_owned();
    format!("{}={}", text("/dynamodb/Keys/sk/S"), text("/dynamodb/NewImage/value/N"))
}

fn sequence(record: &Value) -> Value {
    record["dynamodb"]["SequenceNumber"].clone()
}

/// Returns a function that records its events and responds as `respond` says.
fn recording(
    received: &ReceivedRecords,
    respond: impl Fn(Value) -> BoxFuture<'static, Result<Value, String>> + Send + Sync + 'static,
) -> Invoke {
    let received = received.clone();
    Arc::new(move |_, event| {
        received.add(&event);
        respond(event)
    })
}

/// Returns a function that records its events and succeeds.
fn succeeding(received: &ReceivedRecords) -> Invoke {
    recording(received, |_| Box::pin(async { Ok(json!({ "batchItemFailures": [] })) }))
}
