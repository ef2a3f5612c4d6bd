//! Signed-in people: refresh tokens by generation, and one-time sign-in links.

use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnValue;
use serde::{Deserialize, Serialize};

use super::Store;
use super::change::Change;
use super::row::{decode, encode, number, text};
use super::write::{always, unless_refused};
use crate::error::Result;
use crate::intent::later;

/// How long a session lives without being used.
pub const SESSION_LIFE: Duration = Duration::from_hours(720);

/// How long the token before the present one is still good: two tabs, or an answer that was lost.
pub(super) const GRACE: Duration = Duration::from_secs(20);

/// A session (attributes beside the keys).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SessionRow {
    /// Random id.
    pub id: String,
    /// Sign-in name of the person.
    pub user: String,
    /// Which refresh token is the present one.
    pub generation: u64,
    /// Milliseconds since 1970 when it became so.
    pub rotated_at: i64,
    /// Seconds since 1970.
    pub expires_at: i64,
}

/// What became of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// Good: this person, and the generation to hand out.
    Good {
        /// Sign-in name of the person.
        user: String,
        /// The generation to hand out.
        generation: u64,
    },
    /// Not good: unknown, too old, or used again after its grace. The session is no more.
    Ended,
}

fn partition(id: &str) -> String {
    format!("SESSION#{id}")
}

impl Store {
    /// Begins a session with its first refresh token, generation 1.
    pub async fn begin_session(&self, id: &str, user: &str) -> Result<()> {
        let row = SessionRow {
            id: id.to_owned(),
            user: user.to_owned(),
            generation: 1,
            rotated_at: self.clock.now().as_millisecond(),
            expires_at: self.expiry(SESSION_LIFE),
        };
        let item = encode(&partition(id), "SESSION", &row)?;
        let call = self.client.put_item().table_name(&*self.connections).set_item(Some(item));
        always(self.single("connections.put", || call.clone().send()).await)?;
        Ok(())
    }

    /// Takes the refresh token of `generation`, once; within its grace the one before is good too.
    pub async fn refresh_session(&self, id: &str, generation: u64) -> Result<Refreshed> {
        for _ in 0..8 {
            let Some(row) = self.session(id).await? else { return Ok(Refreshed::Ended) };
            if row.expires_at <= self.clock.now().as_second() {
                return Ok(Refreshed::Ended);
            }
            if row.generation == generation {
                if self.rotate(&row).await? {
                    return Ok(Refreshed::Good { user: row.user, generation: generation + 1 });
                }
                continue;
            }
            if row.generation == generation + 1 && self.in_grace(&row) {
                return Ok(Refreshed::Good { user: row.user, generation: row.generation });
            }
            // An older token came back: somebody has a copy.
            self.end_session(id).await?;
            return Ok(Refreshed::Ended);
        }
        Ok(Refreshed::Ended)
    }

    fn in_grace(&self, row: &SessionRow) -> bool {
        let rotated = jiff::Timestamp::from_millisecond(row.rotated_at).unwrap_or_default();
        later(rotated, GRACE) > self.clock.now()
    }

    async fn rotate(&self, row: &SessionRow) -> Result<bool> {
        let changed = Change::of(&self.connections, partition(&row.id), "SESSION")
            .update("SET generation = :next, rotated_at = :now, expires_at = :end")
            .when("generation = :seen")
            .value(":next", number(row.generation + 1))
            .value(":seen", number(row.generation))
            .value(":now", number(self.clock.now().as_millisecond()))
            .value(":end", number(self.expiry(SESSION_LIFE)))
            .write(self, "connections.update")
            .await?;
        Ok(changed.is_some())
    }

    async fn session(&self, id: &str) -> Result<Option<SessionRow>> {
        let call = self.client.get_item().table_name(&*self.connections).consistent_read(true);
        let call = call.key("pk", text(partition(id))).key("sk", text("SESSION"));
        let answer = always(self.single("connections.get", || call.clone().send()).await)?;
        answer.item.map(decode).transpose()
    }

    /// Ends a session.
    pub async fn end_session(&self, id: &str) -> Result<()> {
        let call = self.client.delete_item().table_name(&*self.connections);
        let call = call.key("pk", text(partition(id))).key("sk", text("SESSION"));
        always(self.single("connections.delete", || call.clone().send()).await)?;
        Ok(())
    }

    /// Keeps a one-time sign-in link for a person; only its hash is stored.
    pub async fn add_link(&self, link: &str, user: &str, life: Duration) -> Result<()> {
        let row = serde_json::json!({ "user": user, "expires_at": self.expiry(life) });
        let item = encode(&link_partition(link), "LINK", &row)?;
        let call = self.client.put_item().table_name(&*self.connections).set_item(Some(item));
        always(self.single("connections.put", || call.clone().send()).await)?;
        Ok(())
    }

    /// Takes a sign-in link: whose it is, or none if it was never given, was used, or is too old.
    pub async fn take_link(&self, link: &str) -> Result<Option<String>> {
        let now = self.clock.now().as_second();
        let call = self.client.delete_item().table_name(&*self.connections);
        let call = call
            .key("pk", text(link_partition(link)))
            .key("sk", text("LINK"))
            .condition_expression("attribute_exists(pk) AND expires_at > :now")
            .expression_attribute_values(":now", number(now))
            .return_values(ReturnValue::AllOld);
        let answer = self.single("connections.delete", || call.clone().send()).await;
        let old = unless_refused(answer)?.and_then(|answer| answer.attributes);
        Ok(old.and_then(|item| super::row::string(&item, "user").map(str::to_owned)))
    }
}

fn link_partition(link: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, link.as_bytes());
    format!("LINK#{}", data_encoding::HEXLOWER.encode(digest.as_ref()))
}
