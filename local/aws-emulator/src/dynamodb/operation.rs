//! The operations: their permissions, the items that they lock, and the engine's actions.

use dynoxide::DynoxideError;
use dynoxide::actions::{
    batch_get_item, batch_write_item, delete_item, describe_time_to_live, get_item, list_tables,
    put_item, query, scan, transact_get_items, transact_write_items, update_item,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::authorize::RequiredPermission;
use super::engine::{Engine, ready};
use super::in_flight::{AccessKind, ItemKey};
use super::tables::Tables;

/// The supported operations.
///
/// The template creates the tables, so there are no operations for tables.
const OPERATIONS: &[&str] = &[
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "DescribeTimeToLive",
    "GetItem",
    "ListTables",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];

/// Returns the operation with this name if it is supported.
pub(super) fn find_operation(name: &str) -> Option<&'static str> {
    OPERATIONS.iter().find(|operation| **operation == name).copied()
}

/// Returns whether the operation consumes write units instead of read units.
pub(super) fn consumes_write_units(operation: &str) -> bool {
    matches!(
        operation,
        "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems"
    )
}

/// Returns whether the response can report the consumed capacity.
pub(super) fn reports_capacity(operation: &str) -> bool {
    !matches!(operation, "ListTables" | "DescribeTimeToLive")
}

/// Returns the permissions that `operation` requires, as in IAM.
pub(super) fn required_permissions(
    operation: &'static str,
    body: &Value,
    tables: &Tables,
) -> Vec<RequiredPermission> {
    let table = || tables.arn(text(body, "TableName"));
    let single = |action, resource| vec![RequiredPermission { action, resource }];
    match operation {
        "PutItem" => single("dynamodb:PutItem", table()),
        "UpdateItem" => single("dynamodb:UpdateItem", table()),
        "DeleteItem" => single("dynamodb:DeleteItem", table()),
        "GetItem" => single("dynamodb:GetItem", table()),
        "DescribeTimeToLive" => single("dynamodb:DescribeTimeToLive", table()),
        "ListTables" => single("dynamodb:ListTables", "*".to_owned()),
        "Query" => single("dynamodb:Query", with_index(table(), body)),
        "Scan" => single("dynamodb:Scan", with_index(table(), body)),
        "BatchGetItem" => batch_permissions(body, "dynamodb:BatchGetItem", tables),
        "BatchWriteItem" => batch_permissions(body, "dynamodb:BatchWriteItem", tables),
        _ => {
            let mut required: Vec<RequiredPermission> = Vec::new();
            for (kind, item) in transaction_items(body) {
                let action = match kind {
                    "Put" => "dynamodb:PutItem",
                    "Update" => "dynamodb:UpdateItem",
                    "Delete" => "dynamodb:DeleteItem",
                    "Get" => "dynamodb:GetItem",
                    _ => "dynamodb:ConditionCheckItem",
                };
                let permission =
                    RequiredPermission { action, resource: tables.arn(text(item, "TableName")) };
                if !required.contains(&permission) {
                    required.push(permission);
                }
            }
            required
        }
    }
}

/// Returns the items that `operation` locks until its response, and how.
pub(super) fn locked_items(
    operation: &str,
    body: &Value,
    tables: &Tables,
) -> Option<(Vec<ItemKey>, AccessKind)> {
    let item_key = |attributes: &str| {
        let key = body.get(attributes).map(|item| tables.key(text(body, "TableName"), item));
        (key.into_iter().collect(), AccessKind::Write)
    };
    let all_keys = || {
        transaction_items(body)
            .map(|(kind, item)| {
                let attributes = if kind == "Put" { "Item" } else { "Key" };
                let table = text(item, "TableName");
                tables.key(table, item.get(attributes).unwrap_or(&Value::Null))
            })
            .collect()
    };
    match operation {
        "PutItem" => Some(item_key("Item")),
        "UpdateItem" | "DeleteItem" => Some(item_key("Key")),
        "TransactWriteItems" => Some((all_keys(), AccessKind::Transaction)),
        "TransactGetItems" => Some((all_keys(), AccessKind::TransactionRead)),
        "BatchWriteItem" => Some((batch_keys(body, tables), AccessKind::Write)),
        _ => None,
    }
}

/// Runs the operation on the engine.
pub(super) async fn run(
    operation: &str,
    body: Value,
    engine: &Engine,
) -> Result<Value, DynoxideError> {
    let (write, read) = (ReadOrWrite::Write, ReadOrWrite::Read);
    match operation {
        "PutItem" => run_action(engine, write, body, |s, q| ready(put_item::execute(s, q))).await,
        "UpdateItem" => {
            run_action(engine, write, body, |s, q| ready(update_item::execute(s, q))).await
        }
        "DeleteItem" => {
            run_action(engine, write, body, |s, q| ready(delete_item::execute(s, q))).await
        }
        "BatchWriteItem" => {
            run_action(engine, write, body, |s, q| ready(batch_write_item::execute(s, q))).await
        }
        "TransactWriteItems" => {
            run_action(engine, write, body, |s, q| ready(transact_write_items::execute(s, q))).await
        }
        "GetItem" => run_action(engine, read, body, |s, q| ready(get_item::execute(s, q))).await,
        "BatchGetItem" => {
            run_action(engine, read, body, |s, q| ready(batch_get_item::execute(s, q))).await
        }
        // Runs on the writing thread, so that it sees all its items at the same time.
        "TransactGetItems" => {
            run_action(engine, write, body, |s, q| ready(transact_get_items::execute(s, q))).await
        }
        "Query" => run_action(engine, read, body, |s, q| ready(query::execute(s, q))).await,
        "Scan" => run_action(engine, read, body, |s, q| ready(scan::execute(s, q))).await,
        "ListTables" => {
            run_action(engine, read, body, |s, q| ready(list_tables::execute(s, q))).await
        }
        _ => {
            run_action(engine, read, body, |s, q| ready(describe_time_to_live::execute(s, q))).await
        }
    }
}

#[derive(Clone, Copy)]
enum ReadOrWrite {
    Write,
    Read,
}

async fn run_action<Q, A>(
    engine: &Engine,
    side: ReadOrWrite,
    body: Value,
    action: fn(&dynoxide::storage::Storage, Q) -> Result<A, DynoxideError>,
) -> Result<Value, DynoxideError>
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
{
    let request: Q = serde_json::from_value(body).map_err(|error| invalid_request(&error))?;
    let response = match side {
        ReadOrWrite::Write => engine.write(move |storage| action(storage, request)).await?,
        ReadOrWrite::Read => engine.read(move |storage| action(storage, request)).await?,
    };
    serde_json::to_value(response)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// Converts a deserialization error.
///
/// The engine prefixes the message with the kind of error.
fn invalid_request(error: &serde_json::Error) -> DynoxideError {
    let text = error.to_string();
    let (kind, message) = match text.split_once(':') {
        Some((kind @ ("VALIDATION" | "VALIDATION_REQUEST" | "SERIALIZATION"), rest)) => {
            (kind, rest)
        }
        _ => ("SERIALIZATION", text.as_str()),
    };
    if kind == "SERIALIZATION" {
        DynoxideError::SerializationException(message.to_owned())
    } else {
        DynoxideError::ValidationException(message.to_owned())
    }
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn with_index(table: String, body: &Value) -> String {
    match body.get("IndexName").and_then(Value::as_str) {
        Some(index) => format!("{table}/index/{index}"),
        None => table,
    }
}

fn batch_permissions(
    body: &Value,
    action: &'static str,
    tables: &Tables,
) -> Vec<RequiredPermission> {
    let names = body.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
    names.map(|(name, _)| RequiredPermission { action, resource: tables.arn(name) }).collect()
}

fn transaction_items(body: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let items = body.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(Value::as_object)
        .flatten()
        .filter(|(_, item)| !item.is_null())
        .map(|(kind, item)| (kind.as_str(), item))
}

fn batch_keys(body: &Value, tables: &Tables) -> Vec<ItemKey> {
    let requests = body.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
    requests
        .flat_map(|(table, writes)| {
            writes.as_array().into_iter().flatten().map(move |write| (table, write))
        })
        .filter_map(|(table, write)| {
            let item = write
                .pointer("/PutRequest/Item")
                .or_else(|| write.pointer("/DeleteRequest/Key"))?;
            Some(tables.key(table, item))
        })
        .collect()
}
