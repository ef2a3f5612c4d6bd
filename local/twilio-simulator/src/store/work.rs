//! Scheduled tasks.
//!
//! A row is deleted in the transaction that stores the task's result. After a crash, the remaining tasks run at the
//! next start, and at worst the last one runs twice.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::from_millis;
use crate::message::Status;

/// What a task does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum TaskKind {
    /// Change the message's status.
    AdvanceStatus {
        /// The new status.
        to: Status,
        /// Whether to skip the usual delays.
        hurried: bool,
    },
    /// Fetch the message's files, then hand it to the carrier.
    FetchMedia {
        /// Whether to skip the usual delays.
        hurried: bool,
    },
    /// Post a webhook.
    PostWebhook(Post),
}

/// A webhook to be posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Post {
    /// Whether it reports an inbound message instead of a status.
    pub(crate) inbound: bool,
    /// The URL with its connection overrides.
    pub(crate) url: String,
    /// The form.
    pub(crate) form: Vec<(String, String)>,
    /// The number of copies posted at once.
    ///
    /// More than one only with a fault.
    pub(crate) copies: u32,
    /// The number of attempts.
    pub(crate) attempts: u32,
}

/// A scheduled task.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    /// The row's key.
    pub(crate) id: i64,
    /// The SID of its message.
    pub(crate) sid: String,
    /// What to do.
    ///
    /// `None` if the row cannot be parsed.
    pub(crate) kind: Option<TaskKind>,
}

/// Inserts a task for the message `sid`.
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

/// Deletes a task.
pub(crate) fn complete(db: &Connection, id: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM work WHERE id = ?")?.execute([id])?;
    Ok(())
}

/// Returns the due tasks, oldest first.
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

/// Returns when the next task after `now` is due.
pub(crate) fn next_due(db: &Connection, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    db.prepare_cached("SELECT min(due_ms) FROM work WHERE due_ms > ?")?
        .query_row([now.as_millisecond()], |row| row.get::<_, Option<i64>>(0))
        .map(|millis| millis.map(from_millis))
}

/// Counts the remaining tasks, up to 1,000.
pub(crate) fn remaining(db: &Connection) -> rusqlite::Result<usize> {
    db.prepare_cached("SELECT count(*) FROM (SELECT 1 FROM work LIMIT 1000)")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(|count| usize::try_from(count).unwrap_or(0))
}

/// Returns whether the message `sid` has a task.
pub(crate) fn has_work_for(db: &Connection, sid: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM work WHERE sid = ? LIMIT 1")?.exists([sid])
}

/// Deletes all tasks of the message `sid`.
pub(crate) fn delete_for(db: &Connection, sid: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM work WHERE sid = ?")?.execute([sid])?;
    Ok(())
}
