//! Reads and writes of single items by key.

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::client::Store;
use super::expression::{Placeholders, exists, greater_than};
use super::keys::{Key, Table};
use super::row::{Item, attr_n, from_item, to_item};
use super::write::{none_if_condition_failed, unconditional};
use crate::error::{Error, Result};

/// The maximum number of items of one `BatchGetItem`.
pub(super) const MAX_BATCH_KEYS: usize = 100;

/// The maximum number of requests that read one batch.
const MAX_BATCH_ROUNDS: usize = 8;

/// How items are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// Eventually consistent reads: half a read unit for each 4 KB.
    Eventual,
    /// Strongly consistent reads: one read unit for each 4 KB.
    Consistent,
}

impl Store {
    /// Returns the name of a table.
    pub(super) fn table_name(&self, table: Table) -> &str {
        match table {
            Table::Main => &self.table,
            Table::Connections => &self.connections,
        }
    }

    /// Reads one item (a consistent read).
    pub(super) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>> {
        self.get_item(key).await?.map(from_item).transpose()
    }

    /// Reads one item with all its attributes (a consistent read).
    pub(super) async fn get_item(&self, key: &Key) -> Result<Option<Item>> {
        let call = self.client.get_item().table_name(self.table_name(key.table));
        let call = call.set_key(Some(key.attributes())).consistent_read(true);
        let point = point(key.table, "table.get", "connections.get");
        let response = unconditional(self.call(point, || call.clone().send()).await)?;
        Ok(response.item)
    }

    /// Reads the items of the main table under these keys that exist, in any order.
    pub(super) async fn get_all(&self, keys: &[Key], reads: Reads) -> Result<Vec<Item>> {
        let mut found = Vec::new();
        for chunk in keys.chunks(MAX_BATCH_KEYS) {
            let mut keys: Vec<Item> = chunk.iter().map(Key::attributes).collect();
            // DynamoDB may return a part; further requests get the rest.
            for _ in 0..MAX_BATCH_ROUNDS {
                if keys.is_empty() {
                    break;
                }
                let (items, unprocessed) = self.batch_get(keys, reads).await?;
                found.extend(items);
                keys = unprocessed;
            }
        }
        Ok(found)
    }

    async fn batch_get(&self, keys: Vec<Item>, reads: Reads) -> Result<(Vec<Item>, Vec<Item>)> {
        let keys = KeysAndAttributes::builder().set_keys(Some(keys));
        let keys = keys.consistent_read(reads == Reads::Consistent).build();
        let keys = keys.map_err(Error::internal)?;
        let call = self.client.batch_get_item().request_items(&*self.table, keys);
        let response = unconditional(self.call("table.batch_get", || call.clone().send()).await)?;
        let items = response.responses.unwrap_or_default().remove(&*self.table).unwrap_or_default();
        let unprocessed = response.unprocessed_keys.unwrap_or_default().remove(&*self.table);
        Ok((items, unprocessed.map(|keys| keys.keys).unwrap_or_default()))
    }

    /// Puts `row`, whatever is under its key.
    pub(super) async fn put<T: Serialize + Sync>(&self, key: &Key, row: &T) -> Result<()> {
        let call = self.client.put_item().table_name(self.table_name(key.table));
        let call = call.set_item(Some(to_item(key, row)?));
        let point = point(key.table, "table.put", "connections.put");
        unconditional(self.call(point, || call.clone().send()).await).map(|_| ())
    }

    /// Puts `row` if nothing is under its key. Returns whether it was written.
    pub(super) async fn insert<T: Serialize + Sync>(&self, key: &Key, row: &T) -> Result<bool> {
        let call = self.client.put_item().table_name(self.table_name(key.table));
        let call = call.set_item(Some(to_item(key, row)?));
        let call = call.condition_expression("attribute_not_exists(pk)");
        let point = point(key.table, "table.put", "connections.put");
        let response = self.call(point, || call.clone().send()).await;
        Ok(none_if_condition_failed(response)?.is_some())
    }

    /// Deletes an item. Returns whether it was there.
    pub(super) async fn delete(&self, key: &Key) -> Result<bool> {
        let call = self.client.delete_item().table_name(self.table_name(key.table));
        let call = call.set_key(Some(key.attributes())).return_values(ReturnValue::AllOld);
        let point = point(key.table, "table.delete", "connections.delete");
        let response = unconditional(self.call(point, || call.clone().send()).await)?;
        Ok(response.attributes.is_some())
    }

    /// Deletes an item that has not expired, and returns it. `None` if it is absent or expired.
    pub(super) async fn consume(&self, key: &Key) -> Result<Option<Item>> {
        let now: AttributeValue = attr_n(self.clock.now().as_second());
        let mut placeholders = Placeholders::default();
        let condition = exists("pk").and(greater_than("expires_at", now)).render(&mut placeholders);
        let call = self.client.delete_item().table_name(self.table_name(key.table));
        let call = call
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .set_expression_attribute_names(placeholders.names())
            .set_expression_attribute_values(placeholders.values())
            .return_values(ReturnValue::AllOld);
        let point = point(key.table, "table.delete", "connections.delete");
        let response = self.call(point, || call.clone().send()).await;
        Ok(none_if_condition_failed(response)?.and_then(|response| response.attributes))
    }
}

fn point(table: Table, main: &'static str, connections: &'static str) -> &'static str {
    match table {
        Table::Main => main,
        Table::Connections => connections,
    }
}
