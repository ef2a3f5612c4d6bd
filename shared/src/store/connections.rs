//! Sockets and the tickets that open them, in the table whose changes wake nobody.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnValue;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Store;
use super::change::Change;
use super::row::{decode, encode, number, string, text, value};
use super::write::{always, unless_refused};
use crate::conversation::ConversationId;
use crate::error::Result;
use crate::intent::later;
use crate::session::Role;

/// How many partitions hold the sockets.
const PARTITIONS: u8 = 4;

/// How many conversations one socket watches.
pub const WATCHED: usize = 5;

/// A socket's row outlives the longest socket by ten minutes.
const LIFE: Duration = Duration::from_mins(130);

/// A ticket is good for half a minute.
pub const TICKET_LIFE: Duration = Duration::from_secs(30);

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
    pub watching: BTreeSet<ConversationId>,
    /// The highest turn of a frame that said all of them, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<u64>,
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

fn partition(id: &str) -> String {
    let sum = id.bytes().fold(0_u8, u8::wrapping_add);
    format!("CONN#{}", sum % PARTITIONS)
}

fn ticket_partition(ticket: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, ticket.as_bytes());
    format!("TICKET#{}", data_encoding::HEXLOWER.encode(digest.as_ref()))
}

impl Store {
    /// When a row made now may be forgotten.
    pub fn expiry(&self, life: Duration) -> i64 {
        later(self.clock.now(), life).as_second()
    }

    /// Keeps a ticket; only its hash is stored.
    pub async fn add_ticket(&self, ticket: &str, bound: &Ticket) -> Result<()> {
        let item = encode(&ticket_partition(ticket), "TICKET", bound)?;
        let call = self.client.put_item().table_name(&*self.connections).set_item(Some(item));
        always(self.single("connections.put", || call.clone().send()).await)?;
        Ok(())
    }

    /// Takes a ticket: none if it was never given, was used, or is too old.
    pub async fn take_ticket(&self, ticket: &str) -> Result<Option<Ticket>> {
        let now = self.clock.now().as_second();
        let call = self.client.delete_item().table_name(&*self.connections);
        let call = call
            .key("pk", text(ticket_partition(ticket)))
            .key("sk", text("TICKET"))
            .condition_expression("attribute_exists(pk) AND expires_at > :now")
            .expression_attribute_values(":now", number(now))
            .return_values(ReturnValue::AllOld);
        let answer = self.single("connections.delete", || call.clone().send()).await;
        let old = unless_refused(answer)?.and_then(|answer| answer.attributes);
        old.map(decode).transpose()
    }

    /// Keeps an open socket.
    pub async fn add_connection(&self, id: &str, ticket: &Ticket) -> Result<()> {
        let row = Connection {
            id: id.to_owned(),
            user: ticket.user.clone(),
            role: ticket.role,
            inboxes: ticket.inboxes.clone(),
            watching: BTreeSet::new(),
            turn: None,
            expires_at: self.expiry(LIFE),
        };
        let item = encode(&partition(id), id, &row)?;
        let call = self.client.put_item().table_name(&*self.connections).set_item(Some(item));
        always(self.single("connections.put", || call.clone().send()).await)?;
        Ok(())
    }

    /// An open socket.
    pub async fn connection(&self, id: &str) -> Result<Option<Connection>> {
        let call = self.client.get_item().table_name(&*self.connections).consistent_read(true);
        let call = call.key("pk", text(partition(id))).key("sk", text(id));
        let answer = always(self.single("connections.get", || call.clone().send()).await)?;
        answer.item.map(decode).transpose()
    }

    /// Forgets exactly this socket.
    pub async fn forget_connection(&self, id: &str) -> Result<()> {
        let call = self.client.delete_item().table_name(&*self.connections);
        let call = call.key("pk", text(partition(id))).key("sk", text(id));
        always(self.single("connections.delete", || call.clone().send()).await)?;
        Ok(())
    }

    /// Sets what a socket watches, requiring what was seen. False if it changed meanwhile, or is gone.
    pub async fn set_watching(
        &self,
        seen: &Connection,
        watching: &BTreeSet<ConversationId>,
    ) -> Result<bool> {
        let changed = Change::of(&self.connections, partition(&seen.id), seen.id.as_str())
            .update("SET watching = :wanted")
            .when("attribute_exists(pk) AND watching = :seen")
            .value(":wanted", value(watching)?)
            .value(":seen", value(&seen.watching)?)
            .write(self, "connections.update")
            .await?;
        Ok(changed.is_some())
    }

    /// Sets what a socket watches. Nothing happens if a frame of a higher turn came before, or if it is gone.
    pub async fn show(
        &self,
        id: &str,
        watching: &BTreeSet<ConversationId>,
        turn: u64,
    ) -> Result<()> {
        Change::of(&self.connections, partition(id), id)
            .update("SET watching = :wanted, turn = :turn")
            .when("attribute_exists(pk) AND (attribute_not_exists(turn) OR turn < :turn)")
            .value(":wanted", value(watching)?)
            .value(":turn", number(turn))
            .write(self, "connections.update")
            .await?;
        Ok(())
    }

    /// Every open socket: four queries, however many functions run.
    pub async fn all_connections(&self) -> Result<Vec<Connection>> {
        let now = self.clock.now().as_second();
        let parts = try_join_all((0..PARTITIONS).map(|part| self.connections_in(part))).await?;
        Ok(parts.into_iter().flatten().filter(|row| row.expires_at > now).collect())
    }

    async fn connections_in(&self, part: u8) -> Result<Vec<Connection>> {
        let mut rows = Vec::new();
        let mut start = None;
        loop {
            let call = self.client.query().table_name(&*self.connections);
            let call = call
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", text(format!("CONN#{part}")))
                .set_exclusive_start_key(start.take());
            let answer = always(self.single("connections.query", || call.clone().send()).await)?;
            for item in answer.items.unwrap_or_default() {
                // A row that cannot be read must not silence the others.
                let id = string(&item, "sk").map(str::to_owned);
                match decode(item) {
                    Ok(row) => rows.push(row),
                    Err(error) => {
                        tracing::warn!(connection.id = id, %error, "A socket's row cannot be read");
                    }
                }
            }
            start = answer.last_evaluated_key;
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
