//! Connections and the tickets that open them.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::client::Store;
use super::expression::{absent, exists, less_than};
use super::item_update::ItemUpdate;
use super::keys::{CONNECTION_PARTITIONS, Key, Table, connection_pk};
use super::row::{attr_n, attr_s, from_item, get_str, to_attr};
use super::write::unconditional;
use crate::clock::add;
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::inbox_name::InboxName;

use crate::session::Role;
use crate::username::Username;

/// The maximum number of conversations that one socket watches.
pub const MAX_WATCHED: usize = 5;

/// The lifetime of a connection's row: ten minutes more than that of the longest socket.
const CONNECTION_TTL: Duration = Duration::from_mins(130);

/// The lifetime of a ticket.
pub const TICKET_TTL: Duration = Duration::from_secs(30);

/// An open socket, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The ID that API Gateway gave it.
    pub id: String,
    /// The user's sign-in name.
    pub user: Username,
    /// The user's role.
    pub role: Role,
    /// The inboxes that the user works in.
    pub inboxes: Vec<InboxName>,
    /// The watched conversations.
    pub watched: BTreeSet<ConversationId>,
    /// The highest sequence of a `watch` frame, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch_sequence: Option<u64>,
    /// The expiry, seconds since 1970.
    pub expires_at: i64,
}

/// The user and the origin that a ticket is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The user's sign-in name.
    pub user: Username,
    /// The user's role.
    pub role: Role,
    /// The inboxes that the user works in.
    pub inboxes: Vec<InboxName>,
    /// The origin of the page.
    pub origin: String,
    /// The expiry, seconds since 1970.
    pub expires_at: i64,
}

impl Store {
    /// Returns the expiry of a row that is written now, seconds since 1970.
    pub fn expires_at(&self, ttl: Duration) -> i64 {
        add(self.clock.now(), ttl).as_second()
    }

    /// Stores a ticket. Only its hash is stored.
    pub async fn put_ticket(&self, ticket: &str, bound: &Ticket) -> Result<()> {
        self.put(&Key::ticket(ticket), bound).await
    }

    /// Consumes a ticket. Returns `None` if it is unknown, already used or expired.
    pub async fn consume_ticket(&self, ticket: &str) -> Result<Option<Ticket>> {
        self.consume(&Key::ticket(ticket)).await?.map(from_item).transpose()
    }

    /// Stores a new connection.
    pub async fn put_connection(&self, id: &str, ticket: &Ticket) -> Result<()> {
        let row = Connection {
            id: id.to_owned(),
            user: ticket.user.clone(),
            role: ticket.role,
            inboxes: ticket.inboxes.clone(),
            watched: BTreeSet::new(),
            watch_sequence: None,
            expires_at: self.expires_at(CONNECTION_TTL),
        };
        self.put(&Key::connection(id), &row).await
    }

    /// Returns how long ago a connection was opened.
    pub fn connection_age(&self, connection: &Connection) -> Duration {
        let expires_at = Timestamp::from_second(connection.expires_at).unwrap_or_default();
        let left = expires_at.duration_since(self.clock.now());
        CONNECTION_TTL.saturating_sub(Duration::try_from(left).unwrap_or_default())
    }

    /// Returns a connection.
    pub async fn get_connection(&self, id: &str) -> Result<Option<Connection>> {
        self.get(&Key::connection(id)).await
    }

    /// Deletes a connection's row.
    pub async fn delete_connection(&self, id: &str) -> Result<()> {
        self.delete(&Key::connection(id)).await.map(|_| ())
    }

    /// Replaces the conversations that a socket watches. Does nothing if a frame with a higher sequence was applied or the
    /// connection no longer exists.
    pub async fn set_watched(
        &self,
        id: &str,
        watched: &BTreeSet<ConversationId>,
        sequence: u64,
    ) -> Result<()> {
        ItemUpdate::new(Key::connection(id))
            .set("watched", to_attr(watched)?)
            .set("watch_sequence", attr_n(sequence))
            .require(exists("pk"))
            .require(absent("watch_sequence").or(less_than("watch_sequence", attr_n(sequence))))
            .execute(self, "connections.update")
            .await?;
        Ok(())
    }

    /// Returns all open connections, by one query per partition.
    pub async fn list_connections(&self) -> Result<Vec<Connection>> {
        let now = self.clock.now().as_second();
        let parts = try_join_all(
            (0..CONNECTION_PARTITIONS).map(|partition| self.query_connections(partition)),
        )
        .await?;
        Ok(parts.into_iter().flatten().filter(|row| row.expires_at > now).collect())
    }

    async fn query_connections(&self, partition: u8) -> Result<Vec<Connection>> {
        let mut rows = Vec::new();
        let mut start = None;
        loop {
            let call = self.client.query().table_name(self.table_name(Table::Connections));
            let call = call
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", attr_s(connection_pk(partition)))
                .set_exclusive_start_key(start.take());
            let response =
                unconditional(self.call("connections.query", || call.clone().send()).await)?;
            for item in response.items.unwrap_or_default() {
                // An invalid row must not hide the others.
                let id = get_str(&item, "sk").map(str::to_owned);
                match from_item(item) {
                    Ok(row) => rows.push(row),
                    Err(error) => {
                        tracing::warn!(connection.id = id, %error, "Invalid connection row");
                    }
                }
            }
            start = response.last_evaluated_key;
            if start.is_none() {
                return Ok(rows);
            }
        }
    }

    /// Returns the current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
