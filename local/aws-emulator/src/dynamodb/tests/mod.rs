//! Tests of the local DynamoDB through the AWS SDK, and their fixtures.

mod capacity;
mod conflicts;
mod permissions;
mod state;
mod tokens;

use std::path::Path;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, Put, TransactWriteItem, Update};
use shared::clock::{Clock, OffsetClock};

use super::{Authorize, DynamoDb, DynamoOptions, StartError};
use crate::template::{IndexSpec, TableSpec};

/// Returns the table of these tests: like the real one, with an index, a stream and a time to live.
pub(crate) fn table() -> TableSpec {
    TableSpec {
        logical_id: "Table".to_owned(),
        name: "Table".to_owned(),
        arn: "arn:aws:dynamodb:us-east-1:000000000000:table/Table".to_owned(),
        hash_key: "pk".to_owned(),
        range_key: Some("sk".to_owned()),
        indexes: vec![IndexSpec {
            name: "list".to_owned(),
            hash_key: "list_pk".to_owned(),
            range_key: Some("list_sk".to_owned()),
            projection: "KEYS_ONLY".to_owned(),
        }],
        stream: true,
        ttl_attribute: Some("expires_at".to_owned()),
    }
}

/// Returns permissions that allow everything.
pub(crate) fn allow_all() -> Arc<dyn Authorize> {
    Arc::new(|_: &str, _: &str, _: &str| true)
}

/// Starts the table in a folder with this clock.
pub(crate) async fn start_in(
    folder: Option<&Path>,
    clock: &OffsetClock,
) -> Result<DynamoDb, StartError> {
    DynamoDb::start(DynamoOptions {
        tables: &[table()],
        folder: folder.map(Path::to_owned),
        permissions: allow_all(),
        clock: Arc::new(clock.clone()) as Arc<dyn Clock>,
    })
    .await
}

/// Starts the table in memory.
pub(crate) async fn start() -> DynamoDb {
    start_in(None, &OffsetClock::new()).await.unwrap()
}

/// Returns the SDK's client for the function `caller`, without retries.
pub(crate) fn client(dynamodb: &DynamoDb, caller: &str) -> Client {
    Client::from_conf(
        aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new(caller, "any", None, None, "tests"))
            .endpoint_url(dynamodb.url())
            .retry_config(RetryConfig::disabled())
            .build(),
    )
}

/// Returns a string attribute.
pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// Returns a number attribute.
pub(crate) fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Puts an item with its key and one number.
pub(crate) async fn put(client: &Client, pk: &str, sk: &str, value: i64) {
    let put = client.put_item().table_name("Table").item("pk", s(pk)).item("sk", s(sk));
    put.item("value", n(value)).send().await.unwrap();
}

/// Returns a put that requires the item to be new.
fn new_item(pk: &str, sk: &str) -> TransactWriteItem {
    let put = Put::builder()
        .table_name("Table")
        .item("pk", s(pk))
        .item("sk", s(sk))
        .condition_expression("attribute_not_exists(pk)")
        .build()
        .unwrap();
    TransactWriteItem::builder().put(put).build()
}

/// Returns an update that counts and moves the item's index entry.
fn counter_update(pk: &str, sort_key: &str) -> TransactWriteItem {
    let update = Update::builder()
        .table_name("Table")
        .key("pk", s(pk))
        .key("sk", s("META"))
        .update_expression("SET list_pk = :list, list_sk = :place ADD rev :one")
        .expression_attribute_values(":list", s("INBOX#main"))
        .expression_attribute_values(":place", s(sort_key))
        .expression_attribute_values(":one", n(1))
        .build()
        .unwrap();
    TransactWriteItem::builder().update(update).build()
}

/// Returns the item's counter.
async fn revision(client: &Client, pk: &str) -> Option<String> {
    let get = client.get_item().table_name("Table").key("pk", s(pk)).key("sk", s("META"));
    let item = get.send().await.unwrap().item?;
    item.get("rev").and_then(|rev| rev.as_n().ok()).cloned()
}

/// Returns why a transaction was canceled, item by item.
fn reasons(error: TransactWriteItemsError) -> Vec<CancellationReason> {
    match error {
        TransactWriteItemsError::TransactionCanceledException(canceled) => {
            canceled.cancellation_reasons().to_vec()
        }
        error => panic!("{error:?}"),
    }
}
