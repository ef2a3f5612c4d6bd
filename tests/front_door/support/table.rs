//! What is stored, looked at from behind.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::TestSystem;

/// Every item of a table by its key.
pub type Rows = BTreeMap<(String, String), Value>;

/// Conversations, messages, intents, quarantine, users.
pub const TABLE: &str = "partyline-Table";

/// Sockets, tickets, sessions, counters.
pub const CONNECTIONS_TABLE: &str = "partyline-ConnectionsTable";

/// Every item of `table`.
pub async fn rows(system: &TestSystem, table: &str) -> Rows {
    let mut rows = Rows::new();
    let mut start = Value::Null;
    loop {
        let mut body = json!({ "TableName": table });
        if !start.is_null() {
            body["ExclusiveStartKey"] = start;
        }
        let dynamodb = system.inner().dynamodb();
        let page = dynamodb.call("local-admin", "Scan", body).await.unwrap();
        for item in page["Items"].as_array().unwrap() {
            let field = |name: &str| item[name]["S"].as_str().unwrap().to_owned();
            rows.insert((field("pk"), field("sk")), item.clone());
        }
        start = page["LastEvaluatedKey"].clone();
        if start.is_null() {
            return rows;
        }
    }
}

/// Every item there is.
pub async fn all_rows(system: &TestSystem) -> (Rows, Rows) {
    (rows(system, TABLE).await, rows(system, CONNECTIONS_TABLE).await)
}

/// How many items of `table` have a partition key that begins so.
pub async fn count_rows(system: &TestSystem, table: &str, pk_prefix: &str) -> usize {
    rows(system, table).await.keys().filter(|(pk, _)| pk.starts_with(pk_prefix)).count()
}

/// How many jobs wait beside the lanes.
pub async fn count_jobs(system: &TestSystem) -> usize {
    rows(system, TABLE).await.keys().filter(|(_, sk)| sk.starts_with("JOB#")).count()
}

/// Puts one item into the table, past all rules.
pub async fn put_row(system: &TestSystem, pk: &str, sk: &str, item: &impl serde::Serialize) {
    let mut item = serde_json::to_value(item).unwrap();
    item["pk"] = pk.into();
    item["sk"] = sk.into();
    let body = json!({ "TableName": TABLE, "Item": to_attribute(&item)["M"] });
    system.inner().dynamodb().call("local-admin", "PutItem", body).await.unwrap();
}

/// A JSON value as DynamoDB writes it.
fn to_attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(value) => json!({ "BOOL": value }),
        Value::Number(value) => json!({ "N": value.to_string() }),
        Value::String(value) => json!({ "S": value }),
        Value::Array(items) => json!({ "L": items.iter().map(to_attribute).collect::<Vec<_>>() }),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), to_attribute(value)));
            json!({ "M": fields.collect::<serde_json::Map<_, _>>() })
        }
    }
}
