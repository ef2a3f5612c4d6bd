//! The objects, in one SQLite file.
//!
//! A write is stored completely or not at all, and survives a killed process.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _};

use crate::template::BucketSpec;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS objects (
        bucket TEXT NOT NULL, key TEXT NOT NULL, content_type TEXT NOT NULL, put_ms INTEGER NOT NULL,
        body BLOB NOT NULL, PRIMARY KEY (bucket, key));
";

/// An object.
pub(super) struct Object {
    /// The content type of the PUT.
    pub(super) content_type: String,
    /// The bytes.
    pub(super) body: Vec<u8>,
}

/// All objects of all buckets.
pub(super) struct Objects(Mutex<Connection>);

impl Objects {
    /// Opens `objects.db` in `folder`, or a store in memory.
    pub(super) fn open(folder: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = match folder {
            Some(folder) => Connection::open(folder.join("objects.db"))?,
            None => Connection::open_in_memory()?,
        };
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn with<T>(&self, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        run(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Inserts or replaces an object.
    pub(super) fn put(
        &self,
        bucket: &BucketSpec,
        key: &str,
        object: &Object,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        let sql = "INSERT OR REPLACE INTO objects (bucket, key, content_type, put_ms, body) \
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        let at = now.as_millisecond();
        let row = (&bucket.name, key, &object.content_type, at, &object.body);
        self.with(|connection| connection.execute(sql, row).map(drop))
    }

    /// Returns an object.
    pub(super) fn get(&self, bucket: &BucketSpec, key: &str) -> rusqlite::Result<Option<Object>> {
        let sql = "SELECT content_type, body FROM objects WHERE bucket = ?1 AND key = ?2";
        self.with(|connection| {
            let read = |row: &rusqlite::Row<'_>| {
                Ok(Object { content_type: row.get(0)?, body: row.get(1)? })
            };
            connection.query_row(sql, (&bucket.name, key), read).optional()
        })
    }

    /// Deletes an object if it exists.
    pub(super) fn delete(&self, bucket: &BucketSpec, key: &str) -> rusqlite::Result<()> {
        let sql = "DELETE FROM objects WHERE bucket = ?1 AND key = ?2";
        self.with(|connection| connection.execute(sql, (&bucket.name, key)).map(drop))
    }

    /// Deletes the objects that have expired by the bucket's rules.
    pub(super) fn expire(&self, bucket: &BucketSpec, now: Timestamp) -> rusqlite::Result<()> {
        let sql = "DELETE FROM objects WHERE bucket = ?1 AND put_ms <= ?2 \
                   AND substr(key, 1, length(?3)) = ?3";
        for (prefix, days) in &bucket.expirations {
            let age = SignedDuration::from_hours(24 * i64::from(*days));
            let until = now.checked_sub(age).unwrap_or(Timestamp::MIN).as_millisecond();
            self.with(|connection| connection.execute(sql, (&bucket.name, until, prefix)))?;
        }
        Ok(())
    }

    /// Returns all keys.
    pub(super) fn keys(&self) -> rusqlite::Result<Vec<String>> {
        self.with(|connection| {
            let mut statement = connection.prepare("SELECT key FROM objects ORDER BY key")?;
            statement.query_map([], |row| row.get(0))?.collect()
        })
    }
}
