//! The phones and their opt-outs.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::from_millis;
use crate::address::Channel;

/// How the network reaches a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PhoneCondition {
    /// Messages are delivered.
    Reachable,
    /// Permanently switched off or out of reach: 30003.
    Unreachable,
    /// The number does not exist: 30005.
    Unknown,
    /// A landline, which receives no text: 30006.
    Landline,
    /// Blocked by the carrier's filter: 30007.
    Blocked,
    /// Not delivered for an unknown reason: 30008.
    Lost,
}

impl PhoneCondition {
    const ALL: [(Self, &'static str, Option<u32>); 6] = [
        (Self::Reachable, "reachable", None),
        (Self::Unreachable, "unreachable", Some(30003)),
        (Self::Unknown, "unknown", Some(30005)),
        (Self::Landline, "landline", Some(30006)),
        (Self::Blocked, "blocked", Some(30007)),
        (Self::Lost, "lost", Some(30008)),
    ];

    /// Returns the error code of SMS to the phone.
    pub fn error_code(self) -> Option<u32> {
        Self::ALL.iter().find(|(condition, ..)| *condition == self).and_then(|(.., code)| *code)
    }

    /// Returns the error code of messages to the phone on a channel.
    pub fn error_code_on(self, channel: Channel) -> Option<u32> {
        let code = self.error_code()?;
        Some(match (channel, self) {
            (Channel::Sms, _) => code,
            (Channel::Rcs, _) => 63036,
            (_, Self::Blocked) => 63014,
            (_, Self::Lost) => 63032,
            _ => 63003,
        })
    }

    fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(condition, ..)| *condition == self)
            .map_or("reachable", |(_, name, _)| name)
    }

    fn parse(text: &str) -> Self {
        Self::ALL
            .iter()
            .find(|(_, name, _)| *name == text)
            .map_or(Self::Reachable, |(condition, ..)| *condition)
    }
}

/// A phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// The address, E.164 on SMS.
    pub number: String,
    /// The customer's name.
    pub name: Option<String>,
    /// Whether airplane mode is on: nothing is sent or received.
    pub airplane: bool,
    /// How the network reaches it.
    pub condition: PhoneCondition,
    /// When it was added.
    pub added_at: Timestamp,
    /// Whether the Phones page shows it.
    ///
    /// A number can have a condition without being shown.
    pub visible: bool,
}

impl Phone {
    /// Creates a reachable phone.
    pub fn new(number: String, name: Option<String>, now: Timestamp) -> Self {
        let condition = PhoneCondition::Reachable;
        Self { number, name, airplane: false, condition, added_at: now, visible: true }
    }
}

/// Returns the phone with this number.
pub(crate) fn find(db: &Connection, number: &str) -> rusqlite::Result<Option<Phone>> {
    db.prepare_cached("SELECT * FROM phones WHERE number = ?")?
        .query_row([number], from_row)
        .optional()
}

/// Inserts or updates a phone.
pub(crate) fn put(db: &Connection, phone: &Phone) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO phones (number, name, airplane, condition, added_ms, shown) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (number) DO UPDATE SET name = excluded.name, airplane = excluded.airplane, \
         condition = excluded.condition, shown = excluded.shown",
    )?
    .execute(params![
        phone.number,
        phone.name,
        phone.airplane,
        phone.condition.name(),
        phone.added_at.as_millisecond(),
        phone.visible
    ])?;
    Ok(())
}

/// Returns the phones that the page shows, oldest first.
pub(crate) fn list_visible(db: &Connection) -> rusqlite::Result<Vec<Phone>> {
    db.prepare_cached("SELECT * FROM phones WHERE shown = 1 ORDER BY added_ms, number")?
        .query_map([], from_row)?
        .collect()
}

/// Returns whether there was ever a phone.
pub(crate) fn has_any(db: &Connection) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM phones LIMIT 1")?.exists([])
}

/// Stores or deletes the opt-out of `phone` from `number`.
///
/// SMS and RCS share one opt-out.
pub(crate) fn set_opt_out(
    db: &Connection,
    phone: &str,
    number: &str,
    out: bool,
) -> rusqlite::Result<()> {
    let statement = if out {
        "INSERT OR IGNORE INTO opted_out (phone, number) VALUES (?, ?)"
    } else {
        "DELETE FROM opted_out WHERE phone = ? AND number = ?"
    };
    db.prepare_cached(statement)?.execute([phone.trim_start_matches("rcs:"), number])?;
    Ok(())
}

/// Returns whether `phone` has opted out of messages from `number`.
pub(crate) fn has_opted_out(db: &Connection, phone: &str, number: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM opted_out WHERE phone = ? AND number = ?")?
        .exists([phone.trim_start_matches("rcs:"), number])
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Phone> {
    Ok(Phone {
        number: row.get("number")?,
        name: row.get("name")?,
        airplane: row.get("airplane")?,
        condition: PhoneCondition::parse(&row.get::<_, String>("condition")?),
        added_at: from_millis(row.get("added_ms")?),
        visible: row.get("shown")?,
    })
}
