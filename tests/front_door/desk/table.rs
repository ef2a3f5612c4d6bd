//! What is stored, looked at from behind.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Desk;

/// Every item of a table by its key.
pub type Rows = BTreeMap<(String, String), Value>;

/// Conversations, messages, intents, quarantine, users.
pub const TABLE: &str = "partyline-Table";

/// Sockets, tickets, sessions, counters.
pub const CONNECTIONS: &str = "partyline-Connections";

/// Every item of `table`.
pub async fn rows(desk: &Desk, table: &str) -> Rows {
    let mut rows = Rows::new();
    let mut start = Value::Null;
    loop {
        let mut body = json!({ "TableName": table });
        if !start.is_null() {
            body["ExclusiveStartKey"] = start;
        }
        let dynamodb = desk.system().dynamodb();
        let page = dynamodb.call("local-admin", "Scan", body).await.unwrap();
        for item in page["Items"].as_array().unwrap() {
            let part = |name: &str| item[name]["S"].as_str().unwrap().to_owned();
            rows.insert((part("pk"), part("sk")), item.clone());
        }
        start = page["LastEvaluatedKey"].clone();
        if start.is_null() {
            return rows;
        }
    }
}

/// Every item there is.
pub async fn everything(desk: &Desk) -> (Rows, Rows) {
    (rows(desk, TABLE).await, rows(desk, CONNECTIONS).await)
}

/// How many items of `table` have a partition key that begins so.
pub async fn count(desk: &Desk, table: &str, beginning: &str) -> usize {
    rows(desk, table).await.keys().filter(|(pk, _)| pk.starts_with(beginning)).count()
}
