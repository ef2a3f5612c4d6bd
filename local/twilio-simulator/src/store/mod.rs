//! The simulator's durable state: messages, phones and pending work in one SQLite file.
//!
//! - [`messages`]: the messages; [`media`]: their files; [`phones`]: the phones and their opt-outs; [`work`]: the
//!   scheduled tasks; [`streams`]: the sinks and subscriptions of Event Streams; [`events`]: the pending events.
//!
//! Calls take tens of microseconds and run in place, under one lock.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction};

pub(super) mod events;
pub(super) mod media;
pub(super) mod messages;
pub(super) mod phones;
pub(super) mod streams;
pub(super) mod work;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS messages (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, direction TEXT NOT NULL,
        sender TEXT NOT NULL, recipient TEXT NOT NULL, body TEXT NOT NULL, segments INTEGER NOT NULL,
        status TEXT NOT NULL, error_code INTEGER, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
        sent_ms INTEGER, callback TEXT, answer_status INTEGER, answer_ms REAL,
        waiting INTEGER NOT NULL DEFAULT 0, redacted INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,
        more TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS media (
        sid TEXT PRIMARY KEY, content_type TEXT NOT NULL, name TEXT, bytes BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS house (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS messages_by_sender ON messages (sender, seq);
    CREATE INDEX IF NOT EXISTS messages_by_recipient ON messages (recipient, seq);
    CREATE TABLE IF NOT EXISTS phones (
        number TEXT PRIMARY KEY, name TEXT, airplane INTEGER NOT NULL DEFAULT 0,
        condition TEXT NOT NULL DEFAULT 'reachable', added_ms INTEGER NOT NULL, shown INTEGER NOT NULL DEFAULT 1);
    CREATE TABLE IF NOT EXISTS opted_out (
        phone TEXT NOT NULL, number TEXT NOT NULL, PRIMARY KEY (phone, number)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS work (
        id INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL, due_ms INTEGER NOT NULL, job TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS work_by_due ON work (due_ms, id);
    CREATE INDEX IF NOT EXISTS work_by_sid ON work (sid);
    CREATE TABLE IF NOT EXISTS sinks (
        sid TEXT PRIMARY KEY, description TEXT NOT NULL, configuration TEXT NOT NULL, test TEXT,
        created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS subscriptions (
        sid TEXT PRIMARY KEY, sink TEXT NOT NULL, description TEXT NOT NULL,
        created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS subscribed (
        subscription TEXT NOT NULL, type TEXT NOT NULL, version INTEGER NOT NULL,
        PRIMARY KEY (type, subscription)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, type TEXT NOT NULL, event TEXT NOT NULL,
        due_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX IF NOT EXISTS events_by_sink ON events (sink, due_ms, id);
    CREATE INDEX IF NOT EXISTS events_by_due ON events (due_ms);
    CREATE INDEX IF NOT EXISTS events_by_attempts ON events (attempts);
";

/// The SQLite file.
///
/// Committed changes survive a killed process.
pub(super) struct Store {
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens `twilio.db` in `folder`, or a store in memory.
    pub(super) fn open(folder: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = match folder {
            Some(folder) => Connection::open(folder.join("twilio.db"))?,
            None => Connection::open_in_memory()?,
        };
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Returns the port of the last run.
    ///
    /// The file URLs in earlier webhooks contain it.
    pub(super) fn get_port(&self) -> rusqlite::Result<Option<u16>> {
        self.with(|db| {
            db.query_row("SELECT value FROM house WHERE name = 'port'", [], |row| {
                row.get::<_, String>(0)
            })
            .optional()
        })
        .map(|port| port.and_then(|port| port.parse().ok()))
    }

    /// Stores the port for the next run.
    pub(super) fn put_port(&self, port: u16) -> rusqlite::Result<()> {
        self.with(|db| {
            db.execute("INSERT OR REPLACE INTO house VALUES ('port', ?)", [port.to_string()])
        })
        .map(|_| ())
    }

    /// Runs a read or one writing statement.
    pub(super) fn with<T>(
        &self,
        run: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        run(&self.connection.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a transaction.
    pub(super) fn transaction<T>(
        &self,
        run: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        let result = run(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }
}

fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
