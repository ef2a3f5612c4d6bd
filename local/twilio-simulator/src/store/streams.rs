//! The sinks and subscriptions of Event Streams.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::from_millis;

/// A sink of events.
#[derive(Debug, Clone)]
pub(crate) struct Sink {
    /// The SID: `DG…`.
    pub(crate) sid: String,
    /// The description.
    pub(crate) description: String,
    /// How it is reached.
    pub(crate) configuration: SinkConfig,
    /// The ID of the last test event.
    pub(crate) test: Option<String>,
    /// When it was created.
    pub(crate) created_at: Timestamp,
    /// When it was last changed.
    pub(crate) updated_at: Timestamp,
}

/// How a webhook sink is reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SinkConfig {
    /// The URL.
    pub(crate) destination: String,
    /// `POST`, in the case in which it was written.
    pub(crate) method: String,
    /// Whether arrays of events are posted instead of single events.
    pub(crate) batch_events: bool,
}

/// A subscription: which events are posted to a sink.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    /// The SID: `DF…`.
    pub(crate) sid: String,
    /// The sink's SID.
    pub(crate) sink: String,
    /// The description.
    pub(crate) description: String,
    /// When it was created.
    pub(crate) created_at: Timestamp,
    /// When it was last changed.
    pub(crate) updated_at: Timestamp,
}

/// A subscribed event type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SubscribedType {
    /// The type: `com.twilio.…`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The version that the event's `dataschema` names.
    #[serde(default = "first")]
    pub(crate) schema_version: u32,
}

fn first() -> u32 {
    1
}

/// Inserts or updates a sink.
pub(crate) fn put_sink(db: &Connection, sink: &Sink) -> rusqlite::Result<()> {
    let configuration = serde_json::to_string(&sink.configuration)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    db.prepare_cached(
        "INSERT INTO sinks (sid, description, configuration, test, created_ms, updated_ms) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET description = excluded.description, test = excluded.test, updated_ms = excluded.updated_ms",
    )?
    .execute(params![
        sink.sid,
        sink.description,
        configuration,
        sink.test,
        sink.created_at.as_millisecond(),
        sink.updated_at.as_millisecond(),
    ])?;
    Ok(())
}

/// Returns the sink `sid`.
pub(crate) fn get_sink(db: &Connection, sid: &str) -> rusqlite::Result<Option<Sink>> {
    db.prepare_cached("SELECT * FROM sinks WHERE sid = ?")?
        .query_row([sid], sink_from_row)
        .optional()
}

/// Returns all sinks, in the order of creation.
pub(crate) fn list_sinks(db: &Connection) -> rusqlite::Result<Vec<Sink>> {
    db.prepare_cached("SELECT * FROM sinks ORDER BY rowid")?.query_map([], sink_from_row)?.collect()
}

/// Deletes a sink and its pending events.
pub(crate) fn delete_sink(db: &Connection, sid: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM events WHERE sink = ?")?.execute([sid])?;
    db.prepare_cached("DELETE FROM sinks WHERE sid = ?")?.execute([sid])?;
    Ok(())
}

fn sink_from_row(row: &Row<'_>) -> rusqlite::Result<Sink> {
    let configuration: String = row.get("configuration")?;
    let configuration = serde_json::from_str(&configuration).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, error.into())
    })?;
    Ok(Sink {
        sid: row.get("sid")?,
        description: row.get("description")?,
        configuration,
        test: row.get("test")?,
        created_at: from_millis(row.get("created_ms")?),
        updated_at: from_millis(row.get("updated_ms")?),
    })
}

/// Inserts or updates a subscription without its types.
pub(crate) fn put_subscription(
    db: &Connection,
    subscription: &Subscription,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO subscriptions (sid, sink, description, created_ms, updated_ms) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET description = excluded.description, updated_ms = excluded.updated_ms",
    )?
    .execute(params![
        subscription.sid,
        subscription.sink,
        subscription.description,
        subscription.created_at.as_millisecond(),
        subscription.updated_at.as_millisecond(),
    ])?;
    Ok(())
}

/// Adds an event type to the subscription `sid`.
pub(crate) fn subscribe(
    db: &Connection,
    sid: &str,
    subscribed: &SubscribedType,
) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO subscribed (subscription, type, version) VALUES (?, ?, ?)")?
        .execute(params![sid, subscribed.kind, subscribed.schema_version])?;
    Ok(())
}

/// Returns all subscriptions, in the order of creation.
pub(crate) fn list_subscriptions(db: &Connection) -> rusqlite::Result<Vec<Subscription>> {
    db.prepare_cached("SELECT * FROM subscriptions ORDER BY rowid")?
        .query_map([], |row| {
            Ok(Subscription {
                sid: row.get("sid")?,
                sink: row.get("sink")?,
                description: row.get("description")?,
                created_at: from_millis(row.get("created_ms")?),
                updated_at: from_millis(row.get("updated_ms")?),
            })
        })?
        .collect()
}

/// Returns the event types of the subscription `sid`.
pub(crate) fn list_subscribed_types(
    db: &Connection,
    sid: &str,
) -> rusqlite::Result<Vec<SubscribedType>> {
    db.prepare_cached("SELECT type, version FROM subscribed WHERE subscription = ? ORDER BY type")?
        .query_map([sid], |row| {
            Ok(SubscribedType { kind: row.get(0)?, schema_version: row.get(1)? })
        })?
        .collect()
}

/// Deletes a subscription.
///
/// Events that are already pending are still posted.
pub(crate) fn delete_subscription(db: &Connection, sid: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM subscribed WHERE subscription = ?")?.execute([sid])?;
    db.prepare_cached("DELETE FROM subscriptions WHERE sid = ?")?.execute([sid])?;
    Ok(())
}

/// Returns the sinks that subscribed to `kind`, each once, with the newest subscribed version.
pub(crate) fn list_subscribers(
    db: &Connection,
    kind: &str,
) -> rusqlite::Result<Vec<(String, SubscribedType)>> {
    db.prepare_cached(
        "SELECT sink, max(version) FROM subscribed JOIN subscriptions ON sid = subscription WHERE type = ? \
         GROUP BY sink",
    )?
    .query_map([kind], |row| {
        let subscribed = SubscribedType { kind: kind.to_owned(), schema_version: row.get(1)? };
        Ok((row.get(0)?, subscribed))
    })?
    .collect()
}
