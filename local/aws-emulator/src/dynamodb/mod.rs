//! DynamoDB: the embedded engine (`dynoxide`) behind a server of the real protocol on loopback.
//!
//! - `service`: a request from permission to response. It uses `authorize`, `faults`, `token`, `in_flight`, `operation`
//!   on `engine`, and `capacity`.
//! - `state_dir`: the folder of the state. `tables`: the tables. `maintenance`: expiry.

mod authorize;
mod capacity;
mod engine;
mod error;
mod faults;
mod in_flight;
mod maintenance;
mod operation;
mod response;
mod service;
mod state_dir;
mod tables;
mod token;

#[cfg(test)]
pub(crate) mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::serve::ListenerExt as _;
use dynoxide::DynoxideError;
use serde_json::Value;
use shared::clock::Clock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use authorize::Authorize;
pub use capacity::{Capacity, CapacityKey, CapacityUnits};
pub use engine::{Engine, ready};
pub use error::StartError;
pub use faults::{Effect, Gate, RequestFault, RequestFaults};

use crate::template::TableSpec;
use engine::Threads;
use service::DynamoService;
use state_dir::StateDir;

/// The options of the local DynamoDB.
pub struct DynamoOptions<'a> {
    /// The template's tables.
    pub tables: &'a [TableSpec],
    /// The state folder.
    ///
    /// Without it, state is in memory only.
    pub folder: Option<PathBuf>,
    /// Decides which function may do what.
    pub permissions: Arc<dyn Authorize>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// The running database.
pub struct DynamoDb {
    service: Arc<DynamoService>,
    url: String,
    state_dir: StateDir,
    tables: Vec<TableSpec>,
    tasks: Vec<JoinHandle<()>>,
    threads: Threads,
}

impl DynamoDb {
    /// Opens or creates the state and starts serving.
    pub async fn start(options: DynamoOptions<'_>) -> Result<Self, StartError> {
        let DynamoOptions { tables, folder, permissions, clock } = options;
        let state_dir = StateDir::open(folder.as_deref())?;
        let database = state_dir.database_file()?;
        let damaged_error = |error: DynoxideError| StartError::Damaged {
            folder: state_dir.path().to_owned(),
            reason: error.to_string(),
        };
        let (engine, threads) = Engine::open(&database, &clock).map_err(damaged_error)?;
        let specs = tables.to_vec();
        engine
            .write(move |storage| tables::create_missing(storage, &specs))
            .await
            .map_err(damaged_error)?;
        let service = Arc::new(DynamoService {
            engine: engine.clone(),
            tables: tables::Tables::new(tables),
            permissions,
            clock: Arc::clone(&clock),
            capacity: Capacity::default(),
            faults: RequestFaults::default(),
            in_flight: in_flight::InFlight::default(),
            tokens: token::IdempotencyTokens::default(),
            requests: AtomicU64::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(StartError::Port)?;
        let address = listener.local_addr().map_err(StartError::Port)?;
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let router = service::router(Arc::clone(&service));
        let server_task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        let maintenance_task = tokio::spawn(maintenance::run(engine, tables.to_vec(), clock));
        Ok(Self {
            service,
            url: format!("http://{address}"),
            state_dir,
            tables: tables.to_vec(),
            tasks: vec![server_task, maintenance_task],
            threads,
        })
    }

    /// Returns the endpoint for the SDK (`AWS_ENDPOINT_URL_DYNAMODB`).
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the folder of the state, in which other services may store theirs.
    pub fn folder(&self) -> &Path {
        self.state_dir.path()
    }

    /// Returns the tables.
    pub fn tables(&self) -> &[TableSpec] {
        &self.tables
    }

    /// Returns the engine, for data that the service does not return, and for streams.
    pub fn engine(&self) -> &Engine {
        &self.service.engine
    }

    /// Returns the consumed capacity.
    pub fn capacity(&self) -> &Capacity {
        &self.service.capacity
    }

    /// Returns the injected faults.
    pub fn faults(&self) -> &RequestFaults {
        &self.service.faults
    }

    /// Runs one request of `caller` without HTTP, through the same checks.
    ///
    /// The body is DynamoDB JSON.
    ///
    /// # Errors
    /// Returns the body of the error response.
    pub async fn call(&self, caller: &str, operation: &str, body: Value) -> Result<Value, Value> {
        let Some(operation) = operation::find_operation(operation) else {
            return Err(Value::String(format!("unsupported operation: {operation}")));
        };
        let response = self.service.call(caller, operation, body).await;
        let body = serde_json::from_slice(&response.body).unwrap_or_default();
        if response.status == 200 { Ok(body) } else { Err(body) }
    }

    /// Deletes expired items and old stream records now instead of within a minute.
    ///
    /// # Errors
    /// Returns the engine's error.
    pub async fn sweep(&self) -> Result<(), DynoxideError> {
        maintenance::run_once(&self.service.engine, &self.tables, self.service.clock.as_ref()).await
    }

    /// Stops serving, completes the queued work and closes the files.
    pub async fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
        let threads = self.threads;
        let _ = tokio::task::spawn_blocking(move || threads.end()).await;
    }
}
