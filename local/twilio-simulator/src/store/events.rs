//! Pending events, one row per event and sink.
//!
//! A row is deleted when the sink accepted or rejected the event, or when its retry window has ended.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::from_millis;
use super::streams::{self, Sink};

/// How long an event is retried: four hours, as at Twilio.
const RETRY_WINDOW_MS: i64 = 4 * 60 * 60 * 1000;

/// A pending event.
#[derive(Debug)]
pub(crate) struct PendingEvent {
    /// The row's key.
    pub(crate) id: i64,
    /// The event type.
    pub(crate) kind: String,
    /// The event as JSON.
    pub(crate) event: String,
    /// The number of attempts.
    pub(crate) attempts: u32,
    /// The end of the retry window.
    pub(crate) ends_at: Timestamp,
}

/// Inserts an event for `sink`, due at once.
pub(crate) fn schedule(
    db: &Connection,
    sink: &str,
    kind: &str,
    event: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let now = now.as_millisecond();
    db.prepare_cached(
        "INSERT INTO events (sink, type, event, due_ms, ends_ms) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute(params![sink, kind, event, now, now + RETRY_WINDOW_MS])?;
    Ok(())
}

/// Returns the sinks that have due events.
pub(crate) fn list_due_sinks(db: &Connection, now: Timestamp) -> rusqlite::Result<Vec<Sink>> {
    let sids: Vec<String> = db
        .prepare_cached("SELECT DISTINCT sink FROM events WHERE due_ms <= ?")?
        .query_map([now.as_millisecond()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    sids.iter().filter_map(|sid| streams::get_sink(db, sid).transpose()).collect()
}

/// Returns at most `limit` due events of `sink`, oldest first.
pub(crate) fn list_due(
    db: &Connection,
    sink: &str,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<PendingEvent>> {
    db.prepare_cached(
        "SELECT id, type, event, attempts, ends_ms FROM events WHERE sink = ? AND due_ms <= ? ORDER BY due_ms, id LIMIT ?",
    )?
    .query_map(
        params![sink, now.as_millisecond(), i64::try_from(limit).unwrap_or(i64::MAX)],
        |row| {
            Ok(PendingEvent {
                id: row.get(0)?,
                kind: row.get(1)?,
                event: row.get(2)?,
                attempts: row.get(3)?,
                ends_at: from_millis(row.get(4)?),
            })
        },
    )?
    .collect()
}

/// Deletes an event.
pub(crate) fn complete(db: &Connection, id: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM events WHERE id = ?")?.execute([id])?;
    Ok(())
}

/// Defers an event to `due` and counts the attempt.
pub(crate) fn defer(db: &Connection, id: i64, due: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE events SET due_ms = ?, attempts = attempts + 1 WHERE id = ?")?
        .execute(params![due.as_millisecond(), id])?;
    Ok(())
}

/// Returns when the next event after `now` is due.
pub(crate) fn next_due(db: &Connection, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    db.prepare_cached("SELECT min(due_ms) FROM events WHERE due_ms > ?")?
        .query_row([now.as_millisecond()], |row| row.get::<_, Option<i64>>(0))
        .map(|millis| millis.map(from_millis))
}

/// Counts the events that were never posted, up to 1,000.
pub(crate) fn count_untried(db: &Connection) -> rusqlite::Result<usize> {
    db.prepare_cached("SELECT count(*) FROM (SELECT 1 FROM events WHERE attempts = 0 LIMIT 1000)")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(|count| usize::try_from(count).unwrap_or(0))
}
