//! Events of the table's stream, and the response with the failed records.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};

/// A batch of records.
#[derive(Debug, Clone, Deserialize)]
pub struct StreamEvent {
    /// The records. Those of one item are in order.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
}

/// A change of one item.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// `INSERT`, `MODIFY` or `REMOVE`.
    pub event_name: String,
    /// The change.
    pub dynamodb: Images,
}

/// The item before and after the change, as DynamoDB JSON.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Images {
    /// The partition key and the sort key.
    pub keys: Value,
    /// The item after the change.
    #[serde(default)]
    pub new_image: Option<Value>,
    /// The item before the change.
    #[serde(default)]
    pub old_image: Option<Value>,
    /// The record's sequence number in its shard.
    pub sequence_number: String,
}

impl StreamEvent {
    /// Parses a Lambda event.
    pub fn from_event(event: Value) -> Result<Self> {
        serde_json::from_value(event).map_err(Error::internal)
    }
}

impl Record {
    /// Returns the partition key.
    pub fn pk(&self) -> &str {
        self.key("pk")
    }

    /// Returns the sort key.
    pub fn sk(&self) -> &str {
        self.key("sk")
    }

    fn key(&self, name: &str) -> &str {
        self.dynamodb
            .keys
            .get(name)
            .and_then(|key| key.get("S"))
            .and_then(Value::as_str)
            .unwrap_or("")
    }
}

/// Returns the response that makes Lambda deliver these records again, and only these.
pub fn batch_item_failures(sequence_numbers: &[String]) -> Value {
    let failures: Vec<Value> =
        sequence_numbers.iter().map(|number| json!({ "itemIdentifier": number })).collect();
    json!({ "batchItemFailures": failures })
}
