//! The phones, and who wants no more messages from whom.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::from_millis;
use crate::address::Channel;

/// How the network finds a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PhoneCondition {
    /// Messages arrive.
    Reachable,
    /// Switched off or out of reach for good: 30003.
    Unreachable,
    /// No such phone: 30005.
    Unknown,
    /// It cannot take text: 30006.
    Landline,
    /// The carrier filters: 30007.
    Blocked,
    /// The carrier gives no reason: 30008.
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

    /// The code with which SMS to such a phone end.
    pub fn error_code(self) -> Option<u32> {
        Self::ALL.iter().find(|(condition, ..)| *condition == self).and_then(|(.., code)| *code)
    }

    /// The code with which messages to such a phone end on a channel.
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
    /// E.164.
    pub number: String,
    /// What the customer is called on the name plate.
    pub name: Option<String>,
    /// Nothing comes in or goes out.
    pub airplane: bool,
    /// How the network finds it.
    pub condition: PhoneCondition,
    /// Since when it is here.
    pub added_at: Timestamp,
    /// Whether it stands on the bench; a number may have a condition without a phone to look at.
    pub visible: bool,
}

impl Phone {
    /// A phone just switched on.
    pub fn new(number: String, name: Option<String>, now: Timestamp) -> Self {
        let condition = PhoneCondition::Reachable;
        Self { number, name, airplane: false, condition, added_at: now, visible: true }
    }
}

/// The phone with this number.
pub(crate) fn find(db: &Connection, number: &str) -> rusqlite::Result<Option<Phone>> {
    db.prepare_cached("SELECT * FROM phones WHERE number = ?")?
        .query_row([number], from_row)
        .optional()
}

/// Puts a phone, new or changed.
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

/// The phones on the bench, oldest first.
pub(crate) fn list_visible(db: &Connection) -> rusqlite::Result<Vec<Phone>> {
    db.prepare_cached("SELECT * FROM phones WHERE shown = 1 ORDER BY added_ms, number")?
        .query_map([], from_row)?
        .collect()
}

/// Whether there was ever a phone here.
pub(crate) fn has_any(db: &Connection) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM phones LIMIT 1")?.exists([])
}

/// Notes that `phone` wants (or wants no) messages from `number`. SMS and RCS are one phone.
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

/// Whether `phone` has opted out of messages from `number`.
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
