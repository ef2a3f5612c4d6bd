//! Sessions with rotating refresh tokens, and one-time sign-in links.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::client::Store;
use super::expression::equals;
use super::item_update::ItemUpdate;
use super::keys::Key;
use super::row::{attr_n, get_str};
use crate::attempts::Attempts;
use crate::error::Result;
use crate::outbox::add;
use crate::username::Username;

/// The lifetime of a session that is not used.
pub const SESSION_TTL: Duration = Duration::from_hours(720);

const MAX_ATTEMPTS: u32 = 8;

/// The time in which the previous refresh token stays valid: for a second tab or a lost response.
pub(super) const REFRESH_GRACE: Duration = Duration::from_secs(20);

/// A session, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SessionRow {
    /// A random ID.
    pub id: String,
    /// The user's sign-in name.
    pub user: Username,
    /// The number of the current refresh token.
    pub generation: u64,
    /// The time of the last rotation, milliseconds since 1970.
    pub rotated_at: i64,
    /// The expiry, seconds since 1970.
    pub expires_at: i64,
}

/// The outcome of using a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// The token is valid.
    Rotated {
        /// The user's sign-in name.
        user: Username,
        /// The generation of the token to issue.
        generation: u64,
    },
    /// The token is unknown, expired, or was used again after the grace period. The session has ended.
    Invalid,
}

impl Store {
    /// Creates a session with its first refresh token, generation 1.
    pub async fn create_session(&self, id: &str, user: &Username) -> Result<()> {
        let row = SessionRow {
            id: id.to_owned(),
            user: user.clone(),
            generation: 1,
            rotated_at: self.clock.now().as_millisecond(),
            expires_at: self.expires_at(SESSION_TTL),
        };
        self.put(&Key::session(id), &row).await
    }

    /// Uses the refresh token of `generation` once. Within the grace period the previous one is valid too.
    pub async fn refresh_session(&self, id: &str, generation: u64) -> Result<RefreshOutcome> {
        let mut attempts = Attempts::new(MAX_ATTEMPTS);
        loop {
            attempts.begin()?;
            let row: Option<SessionRow> = self.get(&Key::session(id)).await?;
            let Some(row) = row else { return Ok(RefreshOutcome::Invalid) };
            if row.expires_at <= self.clock.now().as_second() {
                return Ok(RefreshOutcome::Invalid);
            }
            if row.generation == generation {
                if self.rotate(&row).await? {
                    return Ok(RefreshOutcome::Rotated {
                        user: row.user,
                        generation: generation + 1,
                    });
                }
                continue;
            }
            if row.generation == generation + 1 && self.within_grace_period(&row) {
                return Ok(RefreshOutcome::Rotated { user: row.user, generation: row.generation });
            }
            // An older token was used again: it may have been copied.
            self.end_session(id).await?;
            return Ok(RefreshOutcome::Invalid);
        }
    }

    fn within_grace_period(&self, row: &SessionRow) -> bool {
        let rotated = jiff::Timestamp::from_millisecond(row.rotated_at).unwrap_or_default();
        add(rotated, REFRESH_GRACE) > self.clock.now()
    }

    async fn rotate(&self, row: &SessionRow) -> Result<bool> {
        let changed = ItemUpdate::new(Key::session(&row.id))
            .set("generation", attr_n(row.generation + 1))
            .set("rotated_at", attr_n(self.clock.now().as_millisecond()))
            .set("expires_at", attr_n(self.expires_at(SESSION_TTL)))
            .require(equals("generation", attr_n(row.generation)))
            .execute(self, "connections.update")
            .await?;
        Ok(changed.is_some())
    }

    /// Ends a session.
    pub async fn end_session(&self, id: &str) -> Result<()> {
        self.delete(&Key::session(id)).await.map(|_| ())
    }

    /// Stores a one-time sign-in link of a user.
    pub async fn put_sign_in_link(&self, link: &str, user: &Username, ttl: Duration) -> Result<()> {
        let row = serde_json::json!({ "user": user, "expires_at": self.expires_at(ttl) });
        self.put(&Key::sign_in_link(link), &row).await
    }

    /// Consumes a sign-in link. Returns its user, or `None` if it is unknown, already used or expired.
    pub async fn consume_sign_in_link(&self, link: &str) -> Result<Option<Username>> {
        let item = self.consume(&Key::sign_in_link(link)).await?;
        Ok(item.and_then(|item| get_str(&item, "user").and_then(Username::parse)))
    }
}
