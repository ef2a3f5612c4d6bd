//! The whole system: every part started in its order, wired to the others, and stopped again.
//!
//! - `start`: the order of the parts and their addresses; `listeners`: the ports; `buckets`: the stored media;
//!   `admin`: access to the tables without a function.
//! - [`error`]: why it did not start.

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
use aws_emulator::permissions::Permissions;
use aws_emulator::s3::S3;
use aws_emulator::schedule::Schedules;
use aws_emulator::server::Server;
use aws_emulator::streams::Streams;
use aws_emulator::template::Template;
use twilio_simulator::Twilio;

pub use error::SystemError;

/// How long a printed sign-in link is good.
const SIGN_IN_LINK_TTL: Duration = Duration::from_hours(12);
/// How long running invocations may hold up the end.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);

/// A running Partyline. Any number of them may run in one process.
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
    s3: S3,
    sockets: Option<Sockets>,
    twilio: Option<Twilio>,
    /// With `--lan`.
    lan_access: Option<LanAccess>,
    gateway: Server,
    /// `@connections`, the parameter store, Lambda's `Invoke`.
    peers: Vec<Server>,
}

impl System {
    /// Throws the state in `folder` away, unless a running system uses it.
    pub fn reset(folder: &Path) -> Result<(), SystemError> {
        let Ok(lock) = std::fs::File::open(folder.join("lock")) else { return Ok(()) };
        if let Err(std::fs::TryLockError::WouldBlock) = lock.try_lock() {
            return Err(StartError::InUse { folder: folder.to_owned() }.into());
        }
        std::fs::remove_dir_all(folder)
            .map_err(|source| SystemError::Reset { path: folder.to_owned(), source })
    }

    /// The base address of everything, `http://localhost:{port}`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The clock of every part; advancing it advances them all.
    pub fn clock(&self) -> &OffsetClock {
        &self.clock
    }

    /// The template as it was read.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// The settings as they were read.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The tables.
    pub fn dynamodb(&self) -> &DynamoDb {
        &self.dynamodb
    }

    /// The same tables as the functions see them, with all rights.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The readers of the tables' streams.
    pub fn streams(&self) -> &Streams {
        &self.streams
    }

    /// The functions.
    pub fn functions(&self) -> &FunctionHost {
        &self.functions
    }

    /// What each function may do, and what it did.
    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// The open sockets; none if the template has no WebSocket API.
    pub fn connections(&self) -> Option<&Sockets> {
        self.sockets.as_ref()
    }

    /// The simulated Twilio; none if the settings name the real one.
    pub fn twilio(&self) -> Option<&Twilio> {
        self.twilio.as_ref()
    }

    /// The buckets.
    pub fn s3(&self) -> &S3 {
        &self.s3
    }

    /// Runs the scheduled function called `name` now.
    pub async fn run_schedule(&self, name: &str) -> Result<Value, InvokeError> {
        self.schedules.run(name).await
    }

    /// Completes when nothing is going on any more: no record unread, nothing under way at Twilio, no function running.
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

    /// A fresh link that signs the first admin in, once, within twelve hours. The phones page shows the desk beside it.
    pub async fn sign_in_link(&self) -> Result<String, SystemError> {
        Ok(format!("{}/phones#sign-in={}", self.url, self.sign_in_token().await?))
    }

    /// With `--lan`, the link by which the next real phone of the network comes in.
    pub fn phone_link(&self) -> Option<String> {
        self.lan_access.as_ref().map(LanAccess::link)
    }

    /// Builds every function now, so that a wrong setting is known at the start and the first message meets warm ones.
    pub async fn warm_up(&self) -> Result<(), SystemError> {
        let result = self.functions.warm_up().await;
        result.map_err(|(name, source)| SystemError::Function { name, source })
    }

    /// The environment that functions need in a process of their own (`cargo lambda watch --env-file`).
    pub fn remote_environment(&self) -> &BTreeMap<String, String> {
        &self.remote_environment
    }

    /// The token of such a link alone, as `POST /api/session` takes it.
    pub async fn sign_in_token(&self) -> Result<String, SystemError> {
        let token = format!("{:032x}", self.ids.random());
        let admin = self.settings.username.to_lowercase();
        let result = self.store.put_sign_in_link(&token, &admin, SIGN_IN_LINK_TTL).await;
        result.map_err(SystemError::SignInLink)?;
        Ok(token)
    }

    /// Ends it: takes nothing new, lets what runs finish, closes the state.
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
