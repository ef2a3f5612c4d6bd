//! The table's stream: Lambda's event in, the failed items out.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};

/// A batch of records.
#[derive(Debug, Clone, Deserialize)]
pub struct StreamEvent {
    /// The records, in order within an item.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
}

/// One change of one item.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// `INSERT`, `MODIFY` or `REMOVE`.
    pub event_name: String,
    /// The change.
    pub dynamodb: Images,
}

/// The item before and after, as DynamoDB JSON.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Images {
    /// Partition and sort key.
    pub keys: Value,
    /// After.
    #[serde(default)]
    pub new_image: Option<Value>,
    /// Before.
    #[serde(default)]
    pub old_image: Option<Value>,
    /// The record's number in its shard.
    pub sequence_number: String,
}

impl StreamEvent {
    /// Reads Lambda's event.
    pub fn from_event(event: Value) -> Result<Self> {
        serde_json::from_value(event).map_err(Error::internal)
    }
}

impl Record {
    /// The partition key.
    pub fn pk(&self) -> &str {
        self.key("pk")
    }

    /// The sort key.
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

/// The answer that has these records delivered again, and only these.
pub fn batch_item_failures(sequence_numbers: &[String]) -> Value {
    let failures: Vec<Value> =
        sequence_numbers.iter().map(|number| json!({ "itemIdentifier": number })).collect();
    json!({ "batchItemFailures": failures })
}
