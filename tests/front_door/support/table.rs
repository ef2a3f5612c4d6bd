//! Direct access to the tables.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::TestSystem;

/// Items of a table by their keys.
pub type Rows = BTreeMap<(String, String), Value>;

/// The table with conversations, messages, outbox entries, quarantine and users.
pub const TABLE: &str = "partyline-Table";

/// The table with connections, tickets, sessions and counters.
pub const CONNECTIONS_TABLE: &str = "partyline-ConnectionsTable";

/// Returns all items of `table`.
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

/// Returns all items of both tables.
pub async fn all_rows(system: &TestSystem) -> (Rows, Rows) {
    (rows(system, TABLE).await, rows(system, CONNECTIONS_TABLE).await)
}

/// Returns the number of items whose partition key starts with `pk_prefix`.
pub async fn count_rows(system: &TestSystem, table: &str, pk_prefix: &str) -> usize {
    rows(system, table).await.keys().filter(|(pk, _)| pk.starts_with(pk_prefix)).count()
}

/// Returns the number of jobs.
pub async fn count_jobs(system: &TestSystem) -> usize {
    rows(system, TABLE).await.keys().filter(|(_, sk)| sk.starts_with("JOB#")).count()
}

/// Puts an item into the table without any checks.
pub async fn put_row(system: &TestSystem, pk: &str, sk: &str, item: &impl serde::Serialize) {
    let mut item = serde_json::to_value(item).unwrap();
    item["pk"] = pk.into();
    item["sk"] = sk.into();
    let body = json!({ "TableName": TABLE, "Item": to_attribute(&item)["M"] });
    system.inner().dynamodb().call("local-admin", "PutItem", body).await.unwrap();
}

/// Converts a JSON value to DynamoDB JSON.
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
