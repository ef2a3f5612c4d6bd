//! The table: one file a noun, and the only user of the DynamoDB SDK.
//!
//! - `write`: the one write path (retries, conflicts); `change`: one change of one item.
//! - `row`: items in and out of typed rows.
//! - `conversations`, `messages`, `reports`, `intents`, `search`: what lies in a conversation's partition, and how it is found.
//! - `inbound`, `completion`: what arrives, and what its webhook adds to what an event told;
//!   `announced`: the files that an event counted.
//! - `redaction`, `deletion`: how it is taken away; `consent`: the ledger under a contact's address.
//! - `quarantine`, `users`: what else lies in `Table`.
//! - `connections`, `sessions`, `rates`: sockets, tickets, refresh tokens and counters in `Connections`.

mod complete;
mod connections;
mod consent;
mod conversations;
mod deletion;
mod deliveries;
mod enrich;
mod inbound;
mod item_update;
mod lists;
mod media;
mod media_lookup;
mod messages;
mod new_outbound;
mod outbound;
mod outbox;
mod quarantine;
mod rates;
mod redaction;
mod row;
mod search;
mod sessions;
mod start;
mod users;
mod write;

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig,
};

use crate::clock::Clock;
use crate::fault::FaultPoints;
use crate::ids::Ids;

pub use complete::SendCompletion;
pub use connections::{Connection, MAX_WATCHED, TICKET_TTL, Ticket};
pub use deliveries::DeliveryReport;
pub use inbound::{InboundOutcome, NewInbound};
pub use lists::{ConversationPage, Filter};
pub use media::{UPLOAD_TTL, Upload};
pub use messages::{MessagePage, MessageRange, SEARCH_PAGE_READS};
pub use new_outbound::{NewOutbound, OutboundOutcome};
pub use outbox::DueEntry;
pub use quarantine::QuarantineEntry;
pub use row::from_stream_image;
pub use search::SearchPosition;
pub use sessions::{RefreshOutcome, SESSION_TTL};
pub use start::StartOutcome;
pub use users::User;

/// AWS credentials as they stand in the environment.
#[derive(Clone)]
pub struct AwsAccess {
    /// Region.
    pub region: String,
    /// Access key id.
    pub access_key: String,
    /// Its secret.
    pub secret_key: crate::secret::Secret,
    /// Session token, in Lambda.
    pub session_token: Option<crate::secret::Secret>,
}

impl AwsAccess {
    /// The credentials in the SDK's form.
    pub fn credentials(&self) -> Credentials {
        let token = self.session_token.as_ref().map(|token| token.expose().to_owned());
        let secret = self.secret_key.expose().to_owned();
        Credentials::new(self.access_key.clone(), secret, token, None, "environment")
    }
}

/// What a [`Store`] is made of.
pub struct StoreOptions {
    /// Credentials and region.
    pub access: AwsAccess,
    /// Another endpoint than AWS's.
    pub endpoint: Option<String>,
    /// Name of the table of conversations.
    pub table: String,
    /// Name of the table of sockets, tickets, sessions and counters.
    pub connections: String,
    /// How long a write is tried again: 3 s, webhooks 10 s.
    pub retry_budget: Duration,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
    /// Fault points.
    pub faults: FaultPoints,
}

/// The tables, behind typed reads and the one write path.
#[derive(Clone)]
pub struct Store {
    client: Client,
    table: Arc<str>,
    connections: Arc<str>,
    retry_budget: Duration,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    faults: FaultPoints,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Store").field("table", &self.table).finish_non_exhaustive()
    }
}

impl Store {
    /// Makes the client; nothing is sent yet.
    pub fn new(options: StoreOptions) -> Self {
        // Retries are ours alone: the write path must know what was tried.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(2))
            .build();
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(options.access.region.clone()))
            .credentials_provider(options.access.credentials())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts);
        if let Some(endpoint) = options.endpoint {
            config = config.endpoint_url(endpoint);
        }
        Self {
            client: Client::from_conf(config.build()),
            table: options.table.into(),
            connections: options.connections.into(),
            retry_budget: options.retry_budget,
            clock: options.clock,
            ids: options.ids,
            faults: options.faults,
        }
    }
}
