//! The durable state of streams: each mapping's position, and the messages of the failure queues.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;

/// The file `streams.db`.
///
/// Clones share it.
#[derive(Clone)]
pub(super) struct PositionStore {
    connection: Arc<Mutex<Connection>>,
}

impl PositionStore {
    pub(super) fn open(folder: &Path) -> Result<Self, rusqlite::Error> {
        let connection = Connection::open(folder.join("streams.db"))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
             CREATE TABLE IF NOT EXISTS positions (mapping TEXT PRIMARY KEY, place INTEGER NOT NULL); \
             CREATE TABLE IF NOT EXISTS failures (id INTEGER PRIMARY KEY, queue TEXT NOT NULL, message TEXT NOT NULL);",
        )?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the position up to which `mapping` has consumed, if it is stored.
    pub(super) fn get_position(&self, mapping: &str) -> Result<Option<i64>, rusqlite::Error> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("SELECT place FROM positions WHERE mapping = ?1")?;
        statement.query_row([mapping], |row| row.get(0)).optional()
    }

    /// Stores a position.
    ///
    /// Blocks for a disk write.
    pub(super) fn save_position(
        &self,
        mapping: &str,
        position: i64,
    ) -> Result<(), rusqlite::Error> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("INSERT OR REPLACE INTO positions (mapping, place) VALUES (?1, ?2)")?;
        statement.execute((mapping, position)).map(drop)
    }

    /// Inserts a message into a failure queue.
    ///
    /// Blocks for a disk write.
    pub(super) fn put_failure(&self, queue: &str, message: &Value) -> Result<(), rusqlite::Error> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("INSERT INTO failures (queue, message) VALUES (?1, ?2)")?;
        statement.execute((queue, message.to_string())).map(drop)
    }

    /// Returns the messages of a failure queue, oldest first.
    pub(super) fn failures(&self, queue: &str) -> Result<Vec<Value>, rusqlite::Error> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT message FROM failures WHERE queue = ?1 ORDER BY id")?;
        let messages = statement.query_map([queue], |row| row.get::<_, String>(0))?;
        messages.map(|text| Ok(serde_json::from_str(&text?).unwrap_or_default())).collect()
    }
}
