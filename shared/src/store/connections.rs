//! Sockets and the tickets that open them, in the table whose changes wake nobody.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnValue;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::client::Store;
use super::item_update::ItemUpdate;
use super::row::{attr_n, attr_s, from_item, get_str, to_attr, to_item};
use super::write::{none_if_condition_failed, unconditional};
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::outbox::add;
use crate::session::Role;

/// How many partitions hold the sockets.
const PARTITIONS: u8 = 4;

/// How many conversations one socket watches.
pub const MAX_WATCHED: usize = 5;

/// A socket's row outlives the longest socket by ten minutes.
const CONNECTION_TTL: Duration = Duration::from_mins(130);

/// A ticket is good for half a minute.
pub const TICKET_TTL: Duration = Duration::from_secs(30);

/// An open socket (attributes beside the keys).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// API Gateway's id.
    pub id: String,
    /// Sign-in name of the person.
    pub user: String,
    /// What the person may do.
    pub role: Role,
    /// The inboxes that the person sees.
    pub inboxes: Vec<String>,
    /// The conversations that the page shows.
    #[serde(default)]
    pub watched: BTreeSet<ConversationId>,
    /// The highest turn of a frame that said all of them, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch_sequence: Option<u64>,
    /// Seconds since 1970.
    pub expires_at: i64,
}

/// What a ticket is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Sign-in name of the person.
    pub user: String,
    /// What the person may do.
    pub role: Role,
    /// The inboxes that the person sees.
    pub inboxes: Vec<String>,
    /// The page's origin.
    pub origin: String,
    /// Seconds since 1970.
    pub expires_at: i64,
}

fn connection_pk(id: &str) -> String {
    let sum = id.bytes().fold(0_u8, u8::wrapping_add);
    format!("CONN#{}", sum % PARTITIONS)
}

fn ticket_pk(ticket: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, ticket.as_bytes());
    format!("TICKET#{}", data_encoding::HEXLOWER.encode(digest.as_ref()))
}

impl Store {
    /// When a row made now may be forgotten.
    pub fn expires_at(&self, ttl: Duration) -> i64 {
        add(self.clock.now(), ttl).as_second()
    }

    /// Keeps a ticket; only its hash is stored.
    pub async fn put_ticket(&self, ticket: &str, bound: &Ticket) -> Result<()> {
        let item = to_item(&ticket_pk(ticket), "TICKET", bound)?;
        let call = self.client.put_item().table_name(&*self.connections).set_item(Some(item));
        unconditional(self.call("connections.put", || call.clone().send()).await)?;
        Ok(())
    }

    /// Takes a ticket: none if it was never given, was used, or is too old.
    pub async fn consume_ticket(&self, ticket: &str) -> Result<Option<Ticket>> {
        let now = self.clock.now().as_second();
        let call = self.client.delete_item().table_name(&*self.connections);
        let call = call
            .key("pk", attr_s(ticket_pk(ticket)))
            .key("sk", attr_s("TICKET"))
            .condition_expression("attribute_exists(pk) AND expires_at > :now")
            .expression_attribute_values(":now", attr_n(now))
            .return_values(ReturnValue::AllOld);
        let response = self.call("connections.delete", || call.clone().send()).await;
        let old = none_if_condition_failed(response)?.and_then(|response| response.attributes);
        old.map(from_item).transpose()
    }

    /// Keeps an open socket.
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
        let item = to_item(&connection_pk(id), id, &row)?;
        let call = self.client.put_item().table_name(&*self.connections).set_item(Some(item));
        unconditional(self.call("connections.put", || call.clone().send()).await)?;
        Ok(())
    }

    /// An open socket.
    pub async fn get_connection(&self, id: &str) -> Result<Option<Connection>> {
        let call = self.client.get_item().table_name(&*self.connections).consistent_read(true);
        let call = call.key("pk", attr_s(connection_pk(id))).key("sk", attr_s(id));
        let response = unconditional(self.call("connections.get", || call.clone().send()).await)?;
        response.item.map(from_item).transpose()
    }

    /// Forgets exactly this socket.
    pub async fn delete_connection(&self, id: &str) -> Result<()> {
        let call = self.client.delete_item().table_name(&*self.connections);
        let call = call.key("pk", attr_s(connection_pk(id))).key("sk", attr_s(id));
        unconditional(self.call("connections.delete", || call.clone().send()).await)?;
        Ok(())
    }

    /// Sets what a socket watches. Nothing happens if a frame of a higher turn came before, or if it is gone.
    pub async fn set_watched(
        &self,
        id: &str,
        watched: &BTreeSet<ConversationId>,
        sequence: u64,
    ) -> Result<()> {
        ItemUpdate::new(&self.connections, connection_pk(id), id)
            .expression("SET watched = :watched, watch_sequence = :sequence")
            .condition("attribute_exists(pk) AND (attribute_not_exists(watch_sequence) OR watch_sequence < :sequence)")
            .value(":watched", to_attr(watched)?)
            .value(":sequence", attr_n(sequence))
            .execute(self, "connections.update")
            .await?;
        Ok(())
    }

    /// Every open socket: four queries, however many functions run.
    pub async fn list_connections(&self) -> Result<Vec<Connection>> {
        let now = self.clock.now().as_second();
        let parts =
            try_join_all((0..PARTITIONS).map(|partition| self.query_connections(partition)))
                .await?;
        Ok(parts.into_iter().flatten().filter(|row| row.expires_at > now).collect())
    }

    async fn query_connections(&self, partition: u8) -> Result<Vec<Connection>> {
        let mut rows = Vec::new();
        let mut start = None;
        loop {
            let call = self.client.query().table_name(&*self.connections);
            let call = call
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", attr_s(format!("CONN#{partition}")))
                .set_exclusive_start_key(start.take());
            let response =
                unconditional(self.call("connections.query", || call.clone().send()).await)?;
            for item in response.items.unwrap_or_default() {
                // A row that cannot be read must not silence the others.
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

    /// The present time, as the store's rows have it.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
