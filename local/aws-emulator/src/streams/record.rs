//! Stream records: as the engine stores them and as Lambda passes them to a function.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use dynoxide::DynoxideError;
use dynoxide::storage::Storage;
use serde_json::{Value, json};

use crate::template::TableSpec;

/// The number of shards that every stream appears to have.
///
/// With one shard, order would hold across items, which DynamoDB does not guarantee.
pub(super) const SHARDS: usize = 2;

/// The first sequence number.
///
/// DynamoDB's have at least 21 digits.
const FIRST_SEQUENCE: u128 = 100_000_000_000_000_000_000;

/// One record, shared by all mappings.
#[derive(Debug)]
pub(super) struct Record {
    /// The position in the stream, which grows with each record.
    pub position: i64,
    /// A hash of the item's key.
    pub item: u64,
    /// When it was written, in seconds since 1970.
    pub written_at: i64,
    /// The sequence number.
    pub sequence: String,
    /// The entry of `Records[]` in a function's event.
    pub event: Value,
}

impl Record {
    /// Returns the index of the partition worker, which is the same for all records of an item.
    pub(super) fn worker_index(&self, worker_count: usize) -> usize {
        usize::try_from(self.item % (worker_count.max(1) as u64)).unwrap_or_default()
    }
}

/// Returns the stream's ARN in events and failures.
pub(super) fn stream_arn(table: &TableSpec) -> String {
    format!("{}/stream/2026-01-01T00:00:00.000", table.arn)
}

/// Returns up to `limit` records after the position `after`, oldest first.
///
/// Runs on the engine's thread.
pub(super) fn rows_after(
    storage: &Storage,
    table: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<StreamRow>, DynoxideError> {
    let mut statement = storage.conn().prepare_cached(
        "SELECT id, event_name, keys_json, new_image, old_image, sequence_number, created_at, user_identity, event_id \
         FROM _stream_records WHERE id > ?1 AND table_name = ?2 ORDER BY id LIMIT ?3",
    )?;
    let rows = statement.query_map((after, table, limit), |row| {
        Ok(StreamRow {
            position: row.get(0)?,
            event_name: row.get(1)?,
            keys: row.get(2)?,
            new_image: row.get(3)?,
            old_image: row.get(4)?,
            sequence: row.get(5)?,
            written_at: row.get(6)?,
            identity: row.get(7)?,
            id: row.get(8)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the position of the newest record, or 0.
pub(super) fn newest(storage: &Storage, table: &str) -> Result<i64, DynoxideError> {
    let mut statement = storage.conn().prepare_cached(
        "SELECT coalesce((SELECT id FROM _stream_records WHERE table_name = ?1 ORDER BY id DESC LIMIT 1), 0)",
    )?;
    Ok(statement.query_row([table], |row| row.get(0))?)
}

/// A record as the engine stores it.
pub(super) struct StreamRow {
    /// The position in the stream.
    pub position: i64,
    event_name: String,
    keys: String,
    new_image: Option<String>,
    old_image: Option<String>,
    sequence: String,
    written_at: i64,
    identity: Option<String>,
    id: Option<String>,
}

impl StreamRow {
    /// Returns the record as Lambda shows it, or `None` if the stored JSON is invalid.
    pub(super) fn into_record(self, table: &TableSpec) -> Option<Arc<Record>> {
        let keys: Value = serde_json::from_str(&self.keys).ok()?;
        let mut hasher = DefaultHasher::new();
        keys.hash(&mut hasher);
        let item = hasher.finish();
        let sequence = (FIRST_SEQUENCE + self.sequence.parse::<u128>().ok()?).to_string();
        let images = [("NewImage", &self.new_image), ("OldImage", &self.old_image)];
        let size = self.keys.len()
            + images.iter().filter_map(|(_, image)| image.as_ref()).map(String::len).sum::<usize>();
        let mut dynamodb = json!({
            "ApproximateCreationDateTime": self.written_at,
            "Keys": keys,
            "SequenceNumber": sequence,
            "SizeBytes": size,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        });
        for (name, image) in images {
            if let (Some(fields), Some(image)) = (dynamodb.as_object_mut(), image) {
                fields.insert(name.to_owned(), serde_json::from_str(image).ok()?);
            }
        }
        let mut event = json!({
            "eventID": self.id.unwrap_or_else(|| self.sequence.clone()),
            "eventName": self.event_name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": table.arn.split(':').nth(3),
            "dynamodb": dynamodb,
            "eventSourceARN": stream_arn(table),
        });
        if let (Some(fields), Some(identity)) = (event.as_object_mut(), self.identity) {
            fields.insert("userIdentity".to_owned(), serde_json::from_str(&identity).ok()?);
        }
        Some(Arc::new(Record {
            position: self.position,
            item,
            written_at: self.written_at,
            sequence,
            event,
        }))
    }
}
