//! Event Streams: where events go, and which are subscribed to.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::from_millis;

/// Where events go.
#[derive(Debug, Clone)]
pub(crate) struct Sink {
    /// `DG…`.
    pub(crate) sid: String,
    /// What people call it.
    pub(crate) description: String,
    /// How it is reached.
    pub(crate) configuration: SinkConfig,
    /// What the last event that tried it carried.
    pub(crate) test: Option<String>,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it was changed.
    pub(crate) updated_at: Timestamp,
}

/// How a webhook sink is reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SinkConfig {
    /// The address.
    pub(crate) destination: String,
    /// `POST`, as it was written.
    pub(crate) method: String,
    /// Arrays of events, or one event at a time.
    pub(crate) batch_events: bool,
}

/// Which events go to a sink.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    /// `DF…`.
    pub(crate) sid: String,
    /// The sink's SID.
    pub(crate) sink: String,
    /// What people call it.
    pub(crate) description: String,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it was changed.
    pub(crate) updated_at: Timestamp,
}

/// One type that is subscribed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SubscribedType {
    /// `com.twilio.…`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The version that the event's `dataschema` names.
    #[serde(default = "first")]
    pub(crate) schema_version: u32,
}

fn first() -> u32 {
    1
}

/// Stores a sink, new or changed.
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

/// The sink called `sid`.
pub(crate) fn get_sink(db: &Connection, sid: &str) -> rusqlite::Result<Option<Sink>> {
    db.prepare_cached("SELECT * FROM sinks WHERE sid = ?")?
        .query_row([sid], sink_from_row)
        .optional()
}

/// Every sink, in the order of their making.
pub(crate) fn list_sinks(db: &Connection) -> rusqlite::Result<Vec<Sink>> {
    db.prepare_cached("SELECT * FROM sinks ORDER BY rowid")?.query_map([], sink_from_row)?.collect()
}

/// Takes a sink away, with what was still to be posted there.
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

/// Stores a subscription, new or changed; its types stand apart.
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

/// Adds a type to the subscription called `sid`.
pub(crate) fn subscribe(
    db: &Connection,
    sid: &str,
    subscribed: &SubscribedType,
) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO subscribed (subscription, type, version) VALUES (?, ?, ?)")?
        .execute(params![sid, subscribed.kind, subscribed.schema_version])?;
    Ok(())
}

/// Every subscription, in the order of their making.
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

/// The types of the subscription called `sid`.
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

/// Takes a subscription away; what it has brought about already is still posted.
pub(crate) fn delete_subscription(db: &Connection, sid: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM subscribed WHERE subscription = ?")?.execute([sid])?;
    db.prepare_cached("DELETE FROM subscriptions WHERE sid = ?")?.execute([sid])?;
    Ok(())
}

/// The sinks that get events of the type `kind`, each once, with the newest version asked for.
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
