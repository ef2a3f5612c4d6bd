//! The messages.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::from_millis;
use crate::message::{Direction, Message, Status, WebhookResult};

const COLUMNS: &str = "seq, sid, direction, sender, recipient, body, segments, status, error_code, created_ms, \
                       updated_ms, sent_ms, callback, answer_status, answer_ms, waiting, redacted, deleted, more";

/// SQL condition: the message is for the phone `?1`.
///
/// RCS to a plain number arrives in the RCS app.
const IS_FOR_PHONE: &str = "recipient IN (?1, substr(?1, 5)) AND \
                        iif(sender LIKE 'rcs:%' AND recipient LIKE '+%', 'rcs:' || recipient, recipient) = ?1";

/// Inserts a message and sets its `seq`.
pub(crate) fn insert(db: &Connection, message: &mut Message) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO messages (sid, direction, sender, recipient, body, segments, status, created_ms, updated_ms, \
         sent_ms, callback, more) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        message.sid,
        message.direction.as_str(),
        message.from,
        message.to,
        message.body,
        message.segments,
        message.status.as_str(),
        message.created_at.as_millisecond(),
        message.updated_at.as_millisecond(),
        message.sent_at.map(Timestamp::as_millisecond),
        message.status_callback,
        extras_json(message)?,
    ])?;
    message.seq = db.last_insert_rowid();
    Ok(())
}

/// Returns the message `sid`, also if it is deleted.
pub(crate) fn find(db: &Connection, sid: &str) -> rusqlite::Result<Option<Message>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM messages WHERE sid = ?"))?
        .query_row([sid], from_row)
        .optional()
}

/// Writes the fields of a message that can change.
pub(crate) fn update(db: &Connection, message: &Message) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE messages SET status = ?, error_code = ?, updated_ms = ?, sent_ms = ?, answer_status = ?, \
         answer_ms = ?, waiting = ?, redacted = ?, deleted = ?, sender = ?, segments = ?, more = ? WHERE sid = ?",
    )?
    .execute(params![
        message.status.as_str(),
        message.error_code,
        message.updated_at.as_millisecond(),
        message.sent_at.map(Timestamp::as_millisecond),
        message.webhook_result.and_then(|answer| answer.status),
        message.webhook_result.map(|answer| answer.millis),
        message.waiting_for_phone,
        message.redacted,
        message.deleted,
        message.from,
        message.segments,
        extras_json(message)?,
        message.sid,
    ])?;
    Ok(())
}

fn extras_json(message: &Message) -> rusqlite::Result<String> {
    serde_json::to_string(&message.extras)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Returns when `phone` last wrote to `sender`.
pub(crate) fn last_inbound(
    db: &Connection,
    phone: &str,
    sender: &str,
) -> rusqlite::Result<Option<Timestamp>> {
    db.prepare_cached(
        "SELECT max(created_ms) FROM messages WHERE sender = ? AND recipient = ? AND direction = 'inbound'",
    )?
    .query_row([phone, sender], |row| row.get::<_, Option<i64>>(0))
    .map(|millis| millis.map(from_millis))
}

/// Returns the delivered, unread messages on `phone`, oldest first.
pub(crate) fn list_unread_on(db: &Connection, phone: &str) -> rusqlite::Result<Vec<Message>> {
    db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM messages WHERE {IS_FOR_PHONE} AND status = 'delivered' ORDER BY seq"
    ))?
    .query_map([phone], from_row)?
    .collect()
}

/// The filters of a list.
///
/// Dates are compared with when a message was sent, or created if it is not sent yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Only this recipient.
    pub(crate) to: Option<String>,
    /// Only this sender.
    pub(crate) from: Option<String>,
    /// Sent at this time or later.
    pub(crate) since: Option<Timestamp>,
    /// Sent at this time or earlier.
    pub(crate) until: Option<Timestamp>,
    /// Only messages older than this SID.
    pub(crate) after: Option<String>,
}

/// Returns at most `limit` messages that match `filter`, newest first.
pub(crate) fn list(
    db: &Connection,
    filter: &Filter,
    limit: usize,
) -> rusqlite::Result<Vec<Message>> {
    db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM messages WHERE deleted = 0 AND (?1 IS NULL OR recipient = ?1) \
         AND (?2 IS NULL OR sender = ?2) AND (?3 IS NULL OR coalesce(sent_ms, created_ms) >= ?3) \
         AND (?4 IS NULL OR coalesce(sent_ms, created_ms) <= ?4) \
         AND (?5 IS NULL OR seq < (SELECT seq FROM messages WHERE sid = ?5)) ORDER BY seq DESC LIMIT ?6"
    ))?
    .query_map(
        params![
            filter.to,
            filter.from,
            filter.since.map(Timestamp::as_millisecond),
            filter.until.map(Timestamp::as_millisecond),
            filter.after,
            i64::try_from(limit).unwrap_or(i64::MAX),
        ],
        from_row,
    )?
    .collect()
}

/// Returns all messages, oldest first.
pub(crate) fn list_all(db: &Connection) -> rusqlite::Result<Vec<Message>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM messages ORDER BY seq"))?
        .query_map([], from_row)?
        .collect()
}

/// Returns the newest `limit` messages that the phone sent or received, oldest first.
pub(crate) fn list_on_phone(
    db: &Connection,
    phone: &str,
    limit: usize,
) -> rusqlite::Result<Vec<Message>> {
    let mut newest: Vec<Message> = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM (SELECT * FROM messages WHERE sender = ?1 AND direction = 'inbound' \
             UNION ALL SELECT * FROM messages WHERE {IS_FOR_PHONE} AND direction <> 'inbound' \
             AND status IN ('delivered', 'read')) ORDER BY seq DESC LIMIT ?2"
        ))?
        .query_map(params![phone, i64::try_from(limit).unwrap_or(i64::MAX)], from_row)?
        .collect::<rusqlite::Result<_>>()?;
    newest.reverse();
    Ok(newest)
}

/// Returns the messages that wait for `phone` to leave airplane mode, oldest first.
pub(crate) fn list_waiting_for(db: &Connection, phone: &str) -> rusqlite::Result<Vec<Message>> {
    db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM messages WHERE {IS_FOR_PHONE} AND waiting = 1 ORDER BY seq"
    ))?
    .query_map([phone], from_row)?
    .collect()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Message> {
    let millis: Option<f64> = row.get("answer_ms")?;
    let status: Option<u16> = row.get("answer_status")?;
    Ok(Message {
        seq: row.get("seq")?,
        sid: row.get("sid")?,
        direction: Direction::parse(&row.get::<_, String>("direction")?).unwrap_or(Direction::Api),
        from: row.get("sender")?,
        to: row.get("recipient")?,
        body: row.get("body")?,
        segments: row.get("segments")?,
        status: Status::parse(&row.get::<_, String>("status")?).unwrap_or(Status::Failed),
        error_code: row.get("error_code")?,
        created_at: from_millis(row.get("created_ms")?),
        updated_at: from_millis(row.get("updated_ms")?),
        sent_at: row.get::<_, Option<i64>>("sent_ms")?.map(from_millis),
        status_callback: row.get("callback")?,
        webhook_result: millis.map(|millis| WebhookResult { status, millis }),
        waiting_for_phone: row.get("waiting")?,
        redacted: row.get("redacted")?,
        deleted: row.get("deleted")?,
        extras: serde_json::from_str(&row.get::<_, String>("more")?).unwrap_or_default(),
    })
}
