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
    ///
    /// # Errors
    /// `Unavailable` if DynamoDB leaves keys unprocessed until the retry budget is spent.
    pub(super) async fn get_all(&self, keys: &[Key], reads: Reads) -> Result<Vec<Item>> {
        let mut found = Vec::new();
        for chunk in keys.chunks(MAX_BATCH_KEYS) {
            let mut keys: Vec<Item> = chunk.iter().map(Key::attributes).collect();
            let mut budget = self.retry_budget();
            loop {
                let (items, unprocessed) = self.batch_get(keys, reads).await?;
                found.extend(items);
                if unprocessed.is_empty() {
                    break;
                }
                keys = unprocessed;
                budget.pause("keys of a batch were left unprocessed".into()).await?;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use serde_json::json;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::super::client::{AwsAccess, StoreOptions};
    use super::*;
    use crate::clock::SystemClock;
    use crate::conversation::ConversationId;
    use crate::fault::FaultPoints;
    use crate::ids::RandomIds;
    use crate::secret::Secret;

    /// Starts a table that leaves the key unprocessed in the first `unprocessed` requests.
    async fn start_table(key: &Key, unprocessed: usize) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let key = json!({ "pk": { "S": key.pk }, "sk": { "S": key.sk } });
        tokio::spawn(async move {
            for number in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                // A request of one key fits into one read.
                let _ = stream.read(&mut [0; 8192]).await.unwrap();
                let body = if number < unprocessed {
                    json!({ "Responses": {}, "UnprocessedKeys": { "main": { "Keys": [key] } } })
                } else {
                    json!({ "Responses": { "main": [key] }, "UnprocessedKeys": {} })
                };
                let (head, body) = ("HTTP/1.1 200 OK\r\nconnection: close", body.to_string());
                let response = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                stream.write_all(response.as_bytes()).await.unwrap();
            }
        });
        endpoint
    }

    async fn read_once(unprocessed: usize) -> Result<usize> {
        let key = Key::meta(&ConversationId::parse(&"a".repeat(26)).unwrap());
        let store = Store::new(StoreOptions {
            access: AwsAccess {
                region: "eu-central-1".to_owned(),
                access_key: "x".to_owned(),
                secret_key: Secret::new("x"),
                session_token: None,
            },
            endpoint: Some(start_table(&key, unprocessed).await),
            table: "main".to_owned(),
            connections: "connections".to_owned(),
            retry_budget: Duration::from_millis(300),
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            faults: FaultPoints::default(),
        });
        store.get_all(&[key], Reads::Eventual).await.map(|items| items.len())
    }

    #[tokio::test]
    async fn keys_that_were_left_unprocessed_are_read_again() {
        assert_eq!(read_once(2).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn keys_that_stay_unprocessed_are_an_error_and_no_missing_items() {
        assert_eq!(read_once(usize::MAX).await.unwrap_err().status(), 503);
    }
}
