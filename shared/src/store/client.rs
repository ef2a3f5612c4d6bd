//! The store's client: both tables, time, IDs and fault points.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Region, StalledStreamProtectionConfig, retry::RetryConfig,
    timeout::TimeoutConfig,
};

use super::endpoint::FixedEndpoint;
use crate::clock::Clock;
use crate::fault::FaultPoints;
use crate::ids::Ids;
use crate::secret::Secret;

/// AWS region and credentials, as the environment has them.
#[derive(Clone)]
pub struct AwsAccess {
    /// The AWS region.
    pub region: String,
    /// The access key ID.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: Secret,
    /// The session token; Lambda always has one.
    pub session_token: Option<Secret>,
}

impl AwsAccess {
    /// Returns the credentials in the SDK's form.
    pub fn credentials(&self) -> Credentials {
        let token = self.session_token.as_ref().map(|token| token.expose().to_owned());
        let secret = self.secret_key.expose().to_owned();
        Credentials::new(self.access_key.clone(), secret, token, None, "environment")
    }
}

/// The settings of a [`Store`].
pub struct StoreOptions {
    /// Credentials and region.
    pub access: AwsAccess,
    /// An endpoint that replaces AWS's.
    pub endpoint: Option<String>,
    /// The name of the main table.
    pub table: String,
    /// The name of the table of sockets, tickets, sessions and counters.
    pub connections: String,
    /// How long a call is retried: 3 s, in webhooks 10 s.
    pub retry_budget: Duration,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
    /// Fault points.
    pub faults: FaultPoints,
}

/// The two tables, with typed reads and one write path.
#[derive(Clone)]
pub struct Store {
    pub(super) client: Client,
    pub(super) table: Arc<str>,
    pub(super) connections: Arc<str>,
    pub(super) retry_budget: Duration,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) faults: FaultPoints,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Store").field("table", &self.table).finish_non_exhaustive()
    }
}

impl Store {
    /// Creates the client. Sends nothing.
    pub fn new(options: StoreOptions) -> Self {
        // The write path retries, because it must know what was tried.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(2))
            .build();
        let mut config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(options.access.region.clone()))
            .credentials_provider(options.access.credentials())
            .endpoint_resolver(FixedEndpoint::default())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
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
