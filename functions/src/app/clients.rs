//! The clients that a function uses, created from its environment and parameters.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use shared::bucket::{MediaBucket, MediaBucketOptions};
use shared::clock::Clock;
use shared::config::Parameters;
use shared::error::{Error, Result};
use shared::fault::FaultPoints;
use shared::ids::Ids;
use shared::lambda::{Invoker, InvokerOptions, Setup, parameters};
use shared::live::{SocketClient, SocketClientOptions};
use shared::secret::Secret;
use shared::store::{Store, StoreOptions};
use shared::twilio::client::{Client, ClientOptions};

use super::variables::{JobFunctions, Needs, Variables};

/// The clients, parameters and environment of a function.
pub struct App {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Generates IDs and random numbers.
    pub ids: Arc<dyn Ids>,
    /// The fault points of external calls.
    pub faults: FaultPoints,
    /// The store.
    pub store: Store,
    /// The loaded parameters.
    pub parameters: Parameters,
    variables: Arc<Variables>,
    loaded_at: Timestamp,
}

/// The age from which parameters are read again when they do not fit a request: a webhook with another signature, or
/// to another number.
const MIN_AGE_TO_RELOAD: Duration = Duration::from_mins(1);

impl std::fmt::Debug for App {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("App").field("store", &self.store).finish_non_exhaustive()
    }
}

impl App {
    /// Reads the environment and loads the parameters that a function needs.
    pub(super) async fn new(setup: &Setup, needs: Needs, retry_budget: Duration) -> Result<Self> {
        let variables = Variables::read(&setup.environment, needs.variables)?;
        let access = &variables.access;
        let parameters = parameters::load(setup, access, &needs.all_parameters()).await?;
        let store = Store::new(StoreOptions {
            access: access.clone(),
            endpoint: variables.endpoints.dynamodb.clone(),
            table: variables.table.clone(),
            connections: variables.connections.clone(),
            retry_budget,
            clock: setup.clock.clone(),
            ids: setup.ids.clone(),
            faults: setup.faults.clone(),
        });
        let Setup { clock, ids, faults, .. } = setup.clone();
        let (variables, loaded_at) = (Arc::new(variables), clock.now());
        Ok(Self { clock, ids, faults, store, parameters, variables, loaded_at })
    }

    /// Returns the same app with parameters that are read now.
    pub(super) async fn reload(&self, setup: &Setup, needs: Needs) -> Result<Self> {
        let requested = needs.all_parameters();
        let parameters = parameters::load(setup, &self.variables.access, &requested).await?;
        Ok(Self {
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            faults: self.faults.clone(),
            store: self.store.clone(),
            parameters,
            variables: Arc::clone(&self.variables),
            loaded_at: self.clock.now(),
        })
    }

    /// Returns how long ago the parameters were read.
    pub(super) fn age(&self) -> Duration {
        let age = self.clock.now().duration_since(self.loaded_at);
        Duration::try_from(age).unwrap_or_default()
    }

    /// Asks to read the parameters again and to repeat the request, at most once a minute.
    ///
    /// # Errors
    /// `OutdatedConfiguration` if the parameters are older than a minute.
    pub fn require_current_parameters(&self) -> Result<()> {
        if self.age() >= MIN_AGE_TO_RELOAD {
            return Err(Error::OutdatedConfiguration);
        }
        Ok(())
    }

    /// Returns a Twilio client. It authenticates with the API key or, without one, with the auth token.
    pub fn twilio(&self) -> Result<Client> {
        let account = self.parameters.twilio()?;
        let auth_token_credentials = || -> Result<(String, Secret)> {
            let token = account.auth_tokens.first().cloned();
            let token = token.ok_or_else(|| Error::configuration("twilio", "has no auth token"))?;
            Ok((account.account_sid.to_string(), token))
        };
        let api_key = account.api_key_sid.clone().zip(account.api_key_secret.clone());
        let (user, password) = api_key.map_or_else(auth_token_credentials, Ok)?;
        Ok(Client::new(ClientOptions {
            urls: self.variables.endpoints.twilio.clone(),
            account: account.account_sid.clone(),
            user,
            password,
            clock: self.clock.clone(),
            faults: self.faults.clone(),
        }))
    }

    /// Returns the media bucket.
    pub fn bucket(&self) -> Result<MediaBucket> {
        MediaBucket::new(MediaBucketOptions {
            bucket: self.variables.media_bucket()?,
            endpoint: self.variables.endpoints.s3.clone(),
            region: self.variables.access.region.clone(),
            access_key: self.variables.access.access_key.clone(),
            secret_key: self.variables.access.secret_key.clone(),
            session_token: self.variables.access.session_token.clone(),
            clock: self.clock.clone(),
            faults: self.faults.clone(),
        })
    }

    /// Returns a client that posts to sockets.
    pub fn socket_client(&self) -> Result<SocketClient> {
        Ok(SocketClient::new(SocketClientOptions {
            endpoint: self.variables.socket_endpoint()?,
            region: self.variables.access.region.clone(),
            credentials: self.variables.access.credentials(),
            faults: self.faults.clone(),
        }))
    }

    /// Returns the functions that run jobs, and a client that invokes them.
    pub fn job_functions(&self) -> Result<(JobFunctions, Invoker)> {
        let invoker = Invoker::new(InvokerOptions {
            endpoint: self.variables.endpoints.lambda.clone(),
            region: self.variables.access.region.clone(),
            credentials: self.variables.access.credentials(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            faults: self.faults.clone(),
        });
        Ok((self.variables.job_functions()?, invoker))
    }
}
