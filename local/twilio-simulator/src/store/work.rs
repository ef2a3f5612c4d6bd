//! What is still to be done. A row goes when its work is done, in the transaction that records the result; so a killed
//! process does the rest, or at worst the last piece again, when it comes back.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::from_millis;
use crate::message::Status;

/// One piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum TaskKind {
    /// The carrier takes the message one step on.
    AdvanceStatus {
        /// Where to.
        to: Status,
        /// Without the usual delays.
        hurried: bool,
    },
    /// Twilio fetches the message's files, then gives it to the carrier.
    FetchMedia {
        /// Without the usual delays.
        hurried: bool,
    },
    /// A webhook is posted.
    PostWebhook(Post),
}

/// A webhook to be posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Post {
    /// Whether it brings a customer's text (else a status).
    pub(crate) inbound: bool,
    /// The address, with its connection overrides.
    pub(crate) url: String,
    /// The form.
    pub(crate) form: Vec<(String, String)>,
    /// How many at once; more than one only by script.
    pub(crate) copies: u32,
    /// How often it was tried.
    pub(crate) attempts: u32,
}

/// A piece of work, with its key.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    /// Its key.
    pub(crate) id: i64,
    /// The message that it is about.
    pub(crate) sid: String,
    /// What to do; none if the row cannot be read.
    pub(crate) kind: Option<TaskKind>,
}

/// Plans `job` for the message called `sid`.
pub(crate) fn schedule(
    db: &Connection,
    sid: &str,
    due: Timestamp,
    kind: &TaskKind,
) -> rusqlite::Result<()> {
    let kind_json = serde_json::to_string(kind)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    db.prepare_cached("INSERT INTO work (sid, due_ms, job) VALUES (?, ?, ?)")?.execute(params![
        sid,
        due.as_millisecond(),
        kind_json
    ])?;
    Ok(())
}

/// Strikes a piece of work off.
pub(crate) fn complete(db: &Connection, id: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM work WHERE id = ?")?.execute([id])?;
    Ok(())
}

/// What is due, oldest first.
pub(crate) fn list_due(
    db: &Connection,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<Task>> {
    db.prepare_cached(
        "SELECT id, sid, job FROM work WHERE due_ms <= ? ORDER BY due_ms, id LIMIT ?",
    )?
    .query_map(params![now.as_millisecond(), i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        let kind_json: String = row.get(2)?;
        Ok(Task { id: row.get(0)?, sid: row.get(1)?, kind: serde_json::from_str(&kind_json).ok() })
    })?
    .collect()
}

/// When the next piece after `now` is due.
pub(crate) fn next_due(db: &Connection, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    db.prepare_cached("SELECT min(due_ms) FROM work WHERE due_ms > ?")?
        .query_row([now.as_millisecond()], |row| row.get::<_, Option<i64>>(0))
        .map(|millis| millis.map(from_millis))
}

/// How much is left, in all; more than a thousand is a thousand.
pub(crate) fn remaining(db: &Connection) -> rusqlite::Result<usize> {
    db.prepare_cached("SELECT count(*) FROM (SELECT 1 FROM work LIMIT 1000)")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(|count| usize::try_from(count).unwrap_or(0))
}

/// Whether anything is left to do for the message called `sid`.
pub(crate) fn has_work_for(db: &Connection, sid: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM work WHERE sid = ? LIMIT 1")?.exists([sid])
}

/// Strikes off everything that is left for the message called `sid`.
pub(crate) fn delete_for(db: &Connection, sid: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM work WHERE sid = ?")?.execute([sid])?;
    Ok(())
}
