//! DynamoDB, embedded: the engine (`dynoxide`) behind a front that speaks the real protocol on a loopback port.
//!
//! `front` is a request's way: permission (`authorize`), faults on order (`faults`), the token (`token`), its
//! items held (`in_flight`), the engine's action (`operation` on `engine`), its units counted (`capacity`).
//! `folder` is where it lies, `tables` what is in it, `upkeep` what it does by itself.

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

/// What it is started with.
pub struct DynamoOptions<'a> {
    /// The template's tables.
    pub tables: &'a [TableSpec],
    /// Where the state lies; none means in memory, gone at the end.
    pub folder: Option<PathBuf>,
    /// Who may do what.
    pub permissions: Arc<dyn Authorize>,
    /// Time.
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
    /// Opens or makes the state, and begins to serve.
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

    /// Where the SDK finds it (`AWS_ENDPOINT_URL_DYNAMODB`).
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder that the state lies in, for what is to lie beside it.
    pub fn folder(&self) -> &Path {
        self.state_dir.path()
    }

    /// The tables.
    pub fn tables(&self) -> &[TableSpec] {
        &self.tables
    }

    /// The engine, without a front: for reading what the front hides, and for streams.
    pub fn engine(&self) -> &Engine {
        &self.service.engine
    }

    /// What was consumed.
    pub fn capacity(&self) -> &Capacity {
        &self.service.capacity
    }

    /// Faults on order.
    pub fn faults(&self) -> &RequestFaults {
        &self.service.faults
    }

    /// One request of `caller` without the wire, through the same checks; the body is DynamoDB JSON.
    ///
    /// # Errors
    /// The error's body as it would go over the wire.
    pub async fn call(&self, caller: &str, operation: &str, body: Value) -> Result<Value, Value> {
        let Some(operation) = operation::find_operation(operation) else {
            return Err(Value::String(format!("unsupported operation: {operation}")));
        };
        let response = self.service.call(caller, operation, body).await;
        let body = serde_json::from_slice(&response.body).unwrap_or_default();
        if response.status == 200 { Ok(body) } else { Err(body) }
    }

    /// Deletes what has expired, and old stream records, now instead of within a minute.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn sweep(&self) -> Result<(), DynoxideError> {
        maintenance::run_once(&self.service.engine, &self.tables, self.service.clock.as_ref()).await
    }

    /// Stops serving, lets the engine finish what it was given, closes the files.
    pub async fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
        let threads = self.threads;
        let _ = tokio::task::spawn_blocking(move || threads.end()).await;
    }
}
