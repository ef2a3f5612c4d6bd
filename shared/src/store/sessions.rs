//! Signed-in people: refresh tokens by generation, and one-time sign-in links.

use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnValue;
use serde::{Deserialize, Serialize};

use super::client::Store;
use super::item_update::ItemUpdate;
use super::row::{attr_n, attr_s, from_item, to_item};
use super::write::{none_if_condition_failed, unconditional};
use crate::error::Result;
use crate::outbox::add;

/// How long a session lives without being used.
pub const SESSION_TTL: Duration = Duration::from_hours(720);

/// How long the token before the present one is still good: two tabs, or an answer that was lost.
pub(super) const REFRESH_GRACE: Duration = Duration::from_secs(20);

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
pub enum RefreshOutcome {
    /// Good: this person, and the generation to hand out.
    Rotated {
        /// Sign-in name of the person.
        user: String,
        /// The generation to hand out.
        generation: u64,
    },
    /// Not good: unknown, too old, or used again after its grace. The session is no more.
    Invalid,
}

fn session_pk(id: &str) -> String {
    format!("SESSION#{id}")
}

impl Store {
    /// Begins a session with its first refresh token, generation 1.
    pub async fn create_session(&self, id: &str, user: &str) -> Result<()> {
        let row = SessionRow {
            id: id.to_owned(),
            user: user.to_owned(),
            generation: 1,
            rotated_at: self.clock.now().as_millisecond(),
            expires_at: self.expires_at(SESSION_TTL),
        };
        let item = to_item(&session_pk(id), "SESSION", &row)?;
        let call = self.client.put_item().table_name(&*self.connections).set_item(Some(item));
        unconditional(self.call("connections.put", || call.clone().send()).await)?;
        Ok(())
    }

    /// Takes the refresh token of `generation`, once; within its grace the one before is good too.
    pub async fn refresh_session(&self, id: &str, generation: u64) -> Result<RefreshOutcome> {
        for _ in 0..8 {
            let Some(row) = self.get_session(id).await? else { return Ok(RefreshOutcome::Invalid) };
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
            // An older token came back: somebody has a copy.
            self.end_session(id).await?;
            return Ok(RefreshOutcome::Invalid);
        }
        Ok(RefreshOutcome::Invalid)
    }

    fn within_grace_period(&self, row: &SessionRow) -> bool {
        let rotated = jiff::Timestamp::from_millisecond(row.rotated_at).unwrap_or_default();
        add(rotated, REFRESH_GRACE) > self.clock.now()
    }

    async fn rotate(&self, row: &SessionRow) -> Result<bool> {
        let changed = ItemUpdate::new(&self.connections, session_pk(&row.id), "SESSION")
            .expression("SET generation = :next, rotated_at = :now, expires_at = :end")
            .condition("generation = :expected")
            .value(":next", attr_n(row.generation + 1))
            .value(":expected", attr_n(row.generation))
            .value(":now", attr_n(self.clock.now().as_millisecond()))
            .value(":end", attr_n(self.expires_at(SESSION_TTL)))
            .execute(self, "connections.update")
            .await?;
        Ok(changed.is_some())
    }

    async fn get_session(&self, id: &str) -> Result<Option<SessionRow>> {
        let call = self.client.get_item().table_name(&*self.connections).consistent_read(true);
        let call = call.key("pk", attr_s(session_pk(id))).key("sk", attr_s("SESSION"));
        let response = unconditional(self.call("connections.get", || call.clone().send()).await)?;
        response.item.map(from_item).transpose()
    }

    /// Ends a session.
    pub async fn end_session(&self, id: &str) -> Result<()> {
        let call = self.client.delete_item().table_name(&*self.connections);
        let call = call.key("pk", attr_s(session_pk(id))).key("sk", attr_s("SESSION"));
        unconditional(self.call("connections.delete", || call.clone().send()).await)?;
        Ok(())
    }

    /// Keeps a one-time sign-in link for a person; only its hash is stored.
    pub async fn put_sign_in_link(&self, link: &str, user: &str, ttl: Duration) -> Result<()> {
        let row = serde_json::json!({ "user": user, "expires_at": self.expires_at(ttl) });
        let item = to_item(&sign_in_link_pk(link), "LINK", &row)?;
        let call = self.client.put_item().table_name(&*self.connections).set_item(Some(item));
        unconditional(self.call("connections.put", || call.clone().send()).await)?;
        Ok(())
    }

    /// Takes a sign-in link: whose it is, or none if it was never given, was used, or is too old.
    pub async fn consume_sign_in_link(&self, link: &str) -> Result<Option<String>> {
        let now = self.clock.now().as_second();
        let call = self.client.delete_item().table_name(&*self.connections);
        let call = call
            .key("pk", attr_s(sign_in_link_pk(link)))
            .key("sk", attr_s("LINK"))
            .condition_expression("attribute_exists(pk) AND expires_at > :now")
            .expression_attribute_values(":now", attr_n(now))
            .return_values(ReturnValue::AllOld);
        let response = self.call("connections.delete", || call.clone().send()).await;
        let old = none_if_condition_failed(response)?.and_then(|response| response.attributes);
        Ok(old.and_then(|item| super::row::get_str(&item, "user").map(str::to_owned)))
    }
}

fn sign_in_link_pk(link: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, link.as_bytes());
    format!("LINK#{}", data_encoding::HEXLOWER.encode(digest.as_ref()))
}
