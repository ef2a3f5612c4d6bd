//! The whole system: starts all parts in order, connects them, and stops them.
//!
//! - `start`: the order of the parts; `addresses`: their URLs; `listeners`: their ports; `buckets`: the stored media;
//!   `admin`: access to the tables without a function.
//! - [`error`]: the errors of the start.

mod addresses;
mod admin;
mod buckets;
pub mod error;
mod listeners;
mod start;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use shared::clock::{Clock as _, OffsetClock};
use shared::ids::Ids;
use shared::store::Store;

use crate::lan_access::LanAccess;
use crate::settings::Settings;
use aws_emulator::dynamodb::{DynamoDb, StartError};
use aws_emulator::gateway::socket::Sockets;
use aws_emulator::invocations::AsyncInvocations;
use aws_emulator::lambda::{FunctionHost, InvokeError};
use aws_emulator::parameters::Parameters;
use aws_emulator::permissions::Permissions;
use aws_emulator::s3::S3;
use aws_emulator::schedule::Schedules;
use aws_emulator::server::Server;
use aws_emulator::streams::Streams;
use aws_emulator::template::Template;
use twilio_simulator::Twilio;

pub use error::SystemError;

/// How long a printed sign-in link is valid.
const SIGN_IN_LINK_TTL: Duration = Duration::from_hours(12);
/// How long to wait for running invocations on stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);

/// A running Partyline.
///
/// Several may run in one process.
pub struct System {
    template: Template,
    settings: Settings,
    clock: OffsetClock,
    ids: Arc<dyn Ids>,
    url: String,
    remote_environment: BTreeMap<String, String>,
    permissions: Arc<Permissions>,
    functions: Arc<FunctionHost>,
    dynamodb: DynamoDb,
    store: Store,
    streams: Streams,
    schedules: Schedules,
    invocations: AsyncInvocations,
    parameters: Parameters,
    s3: S3,
    sockets: Option<Sockets>,
    twilio: Option<Twilio>,
    /// Access for other machines, with `--lan`.
    lan_access: Option<LanAccess>,
    gateway: Server,
    /// The servers of `@connections`, the parameter store, S3 and Lambda's `Invoke`.
    peers: Vec<Server>,
}

impl System {
    /// Deletes the state in `folder`, unless a running system uses it.
    pub fn reset(folder: &Path) -> Result<(), SystemError> {
        let Ok(lock) = std::fs::File::open(folder.join("lock")) else { return Ok(()) };
        if let Err(std::fs::TryLockError::WouldBlock) = lock.try_lock() {
            return Err(StartError::InUse { folder: folder.to_owned() }.into());
        }
        std::fs::remove_dir_all(folder)
            .map_err(|source| SystemError::Reset { path: folder.to_owned(), source })
    }

    /// Returns the base URL, `http://localhost:{port}`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the clock that all parts share.
    pub fn clock(&self) -> &OffsetClock {
        &self.clock
    }

    /// Returns the parameter store.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Returns the parsed template.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Returns the settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the local DynamoDB.
    pub fn dynamodb(&self) -> &DynamoDb {
        &self.dynamodb
    }

    /// Returns the tables with all permissions.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the event source mappings.
    pub fn streams(&self) -> &Streams {
        &self.streams
    }

    /// Returns the functions.
    pub fn functions(&self) -> &FunctionHost {
        &self.functions
    }

    /// Returns the functions' permissions and their use.
    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// Returns the open sockets, or `None` if the template has no WebSocket API.
    pub fn connections(&self) -> Option<&Sockets> {
        self.sockets.as_ref()
    }

    /// Returns the simulated Twilio, or `None` if the settings name the real one.
    pub fn twilio(&self) -> Option<&Twilio> {
        self.twilio.as_ref()
    }

    /// Returns the buckets.
    pub fn s3(&self) -> &S3 {
        &self.s3
    }

    /// Runs the scheduled function `name` now.
    pub async fn run_schedule(&self, name: &str) -> Result<Value, InvokeError> {
        self.schedules.run(name).await
    }

    /// Waits until no stream record is unread, no task is left at Twilio, and no function runs.
    pub async fn wait_until_idle(&self) {
        loop {
            let before = self.functions.invocations();
            self.streams.wait_until_idle().await;
            if let Some(twilio) = &self.twilio {
                twilio.wait_until_idle().await;
            }
            self.streams.wait_until_idle().await;
            self.invocations.wait_until_idle().await;
            self.functions.wait_until_idle().await;
            if self.functions.invocations() == before {
                return;
            }
        }
    }

    /// Creates a link that signs in the first admin, once, within twelve hours.
    ///
    /// It opens the Phones page with the desk next to it.
    pub async fn sign_in_link(&self) -> Result<String, SystemError> {
        Ok(format!("{}/phones#sign-in={}", self.url, self.sign_in_token().await?))
    }

    /// Returns the link for the next real phone on the network, with `--lan`.
    pub fn phone_link(&self) -> Option<String> {
        self.lan_access.as_ref().map(LanAccess::link)
    }

    /// Builds all functions now, so that an invalid setting is found at the start.
    pub async fn warm_up(&self) -> Result<(), SystemError> {
        let result = self.functions.warm_up().await;
        result.map_err(|(name, source)| SystemError::Function { name, source })
    }

    /// Returns the environment of functions in another process (`cargo lambda watch --env-file`).
    pub fn remote_environment(&self) -> &BTreeMap<String, String> {
        &self.remote_environment
    }

    /// Creates a sign-in token for `POST /api/session`, as in a sign-in link.
    pub async fn sign_in_token(&self) -> Result<String, SystemError> {
        let token = format!("{:032x}", self.ids.random());
        let result =
            self.store.put_sign_in_link(&token, &self.settings.username, SIGN_IN_LINK_TTL).await;
        result.map_err(SystemError::SignInLink)?;
        Ok(token)
    }

    /// Stops accepting requests, waits for running work, and closes the state.
    pub async fn stop(self) {
        self.schedules.stop();
        self.invocations.stop();
        if let Some(sockets) = &self.sockets {
            sockets.close_all().await;
        }
        if let Some(twilio) = self.twilio {
            twilio.stop().await;
        }
        self.gateway.stop(&self.clock).await;
        self.streams.stop().await;
        tokio::select! {
            () = self.functions.wait_until_idle() => {}
            () = self.clock.sleep(STOP_TIMEOUT) => {}
        }
        for peer in self.peers {
            peer.stop(&self.clock).await;
        }
        self.dynamodb.stop().await;
    }
}
