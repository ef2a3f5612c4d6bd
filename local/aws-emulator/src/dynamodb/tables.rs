//! The template's tables: their ARNs, keys and creation in the engine.

use std::collections::HashMap;

use dynoxide::DynoxideError;
use dynoxide::actions::create_table::{self, CreateTableRequest};
use dynoxide::actions::update_table::{self, UpdateTableRequest};
use dynoxide::actions::update_time_to_live::{self, UpdateTimeToLiveRequest};
use dynoxide::actions::vector_lifecycle::VectorIndexLifecycle;
use dynoxide::storage::Storage;
use serde_json::{Value, json};

use super::engine::ready;
use super::in_flight::ItemKey;
use crate::template::{IndexSpec, TableSpec};

/// Without this index, each write would read the whole stream to find its sequence number.
const STREAM_INDEX: &str = "CREATE INDEX IF NOT EXISTS partyline_stream_sequence \
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// The tables, by name.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    by_name: HashMap<String, TableSpec>,
    prefix: String,
}

impl Tables {
    pub(super) fn new(specs: &[TableSpec]) -> Self {
        let prefix = specs
            .first()
            .and_then(|spec| spec.arn.rsplit_once('/'))
            .map_or("arn:aws:dynamodb:us-east-1:000000000000:table", |(prefix, _)| prefix)
            .to_owned();
        let by_name = specs.iter().map(|spec| (spec.name.clone(), spec.clone())).collect();
        Self { by_name, prefix }
    }

    /// Returns the table's ARN, or the one that an unknown table would have.
    pub(super) fn arn(&self, table: &str) -> String {
        match self.by_name.get(table) {
            Some(spec) => spec.arn.clone(),
            None => format!("{}/{table}", self.prefix),
        }
    }

    /// Returns the account ID of the ARNs.
    pub(super) fn account(&self) -> &str {
        self.prefix.split(':').nth(4).unwrap_or("000000000000")
    }

    /// Returns the key of the item that `attributes` (a key or a whole item) belong to.
    pub(super) fn key(&self, table: &str, attributes: &Value) -> ItemKey {
        let value_of = |attribute: Option<&String>| {
            attribute.and_then(|name| attributes.get(name)).map(Value::to_string)
        };
        let spec = self.by_name.get(table);
        let hash = value_of(spec.map(|spec| &spec.hash_key)).unwrap_or_default();
        let range = value_of(spec.and_then(|spec| spec.range_key.as_ref())).unwrap_or_default();
        ItemKey { table: table.to_owned(), key: hash + &range }
    }
}

/// Creates missing tables with indexes, stream and time to live, and missing indexes.
pub(super) fn create_missing(storage: &Storage, specs: &[TableSpec]) -> Result<(), DynoxideError> {
    storage.conn().execute_batch(STREAM_INDEX)?;
    for spec in specs {
        if let Some(existing) = storage.get_table_metadata(&spec.name)? {
            add_indexes(storage, spec, existing.gsi_definitions.as_deref())?;
            continue;
        }
        let request: CreateTableRequest = to_request(create_table_request(spec))?;
        ready(create_table::execute(storage, request))?;
        if let Some(attribute) = &spec.ttl_attribute {
            let specification = json!({ "AttributeName": attribute, "Enabled": true });
            let request: UpdateTimeToLiveRequest = to_request(json!({
                "TableName": spec.name,
                "TimeToLiveSpecification": specification,
            }))?;
            ready(update_time_to_live::execute(storage, request))?;
        }
    }
    Ok(())
}

/// Creates the indexes of the template that an existing table does not have.
fn add_indexes(
    storage: &Storage,
    spec: &TableSpec,
    existing: Option<&str>,
) -> Result<(), DynoxideError> {
    let existing: Vec<Value> =
        existing.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    for index in &spec.indexes {
        let is_index =
            |existing_index: &Value| existing_index.get("IndexName") == Some(&json!(index.name));
        if existing.iter().any(is_index) {
            continue;
        }
        let request: UpdateTableRequest = to_request(json!({
            "TableName": spec.name,
            "AttributeDefinitions": attribute_definitions(spec),
            "GlobalSecondaryIndexUpdates": [{ "Create": index_definition(index) }],
        }))?;
        ready(update_table::execute(storage, request, &VectorIndexLifecycle::new()))?;
    }
    Ok(())
}

fn attribute_definitions(spec: &TableSpec) -> Vec<Value> {
    let mut attributes = vec![&spec.hash_key];
    attributes.extend(&spec.range_key);
    for index in &spec.indexes {
        attributes.push(&index.hash_key);
        attributes.extend(&index.range_key);
    }
    attributes.sort();
    attributes.dedup();
    let to_definition = |name: &&String| json!({ "AttributeName": name, "AttributeType": "S" });
    attributes.iter().map(to_definition).collect()
}

fn index_definition(index: &IndexSpec) -> Value {
    json!({
        "IndexName": index.name,
        "KeySchema": key_schema(&index.hash_key, index.range_key.as_ref()),
        "Projection": { "ProjectionType": index.projection },
    })
}

fn create_table_request(spec: &TableSpec) -> Value {
    let mut request = json!({
        "TableName": spec.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key_schema(&spec.hash_key, spec.range_key.as_ref()),
        "AttributeDefinitions": attribute_definitions(spec),
    });
    let indexes: Vec<Value> = spec.indexes.iter().map(index_definition).collect();
    if let Some(fields) = request.as_object_mut() {
        if !indexes.is_empty() {
            fields.insert("GlobalSecondaryIndexes".to_owned(), indexes.into());
        }
        if spec.stream {
            let stream = json!({ "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" });
            fields.insert("StreamSpecification".to_owned(), stream);
        }
    }
    request
}

fn key_schema(hash: &str, range: Option<&String>) -> Value {
    let mut schema = vec![json!({ "AttributeName": hash, "KeyType": "HASH" })];
    schema.extend(range.map(|name| json!({ "AttributeName": name, "KeyType": "RANGE" })));
    schema.into()
}

fn to_request<Q: serde::de::DeserializeOwned>(request: Value) -> Result<Q, DynoxideError> {
    serde_json::from_value(request)
        .map_err(|error| DynoxideError::ValidationException(error.to_string()))
}
