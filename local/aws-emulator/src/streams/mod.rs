//! Event source mappings: reads the tables' streams and invokes functions, as Lambda does.
//!
//! - `reader`, `record`: one reader per table wakes with every write and passes each record to the mappings.
//! - `mapping`, `filter`: a mapping sends its records to partition workers.
//! - `worker`: the records of one item are always processed by the same worker, so they stay in order; a slow or
//!   failing record delays only its own worker.
//! - `failure`: the message about abandoned records, which is stored in the failure queue.
//! - `progress`, `store`: positions and failures are stored next to the table, so that a killed process continues where
//!   it was. Delivery is at least once, as in AWS.

mod failure;
mod filter;
mod invoke;
mod mapping;
mod progress;
mod reader;
mod record;
mod store;
mod worker;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use shared::clock::Clock;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::dynamodb::{DynamoDb, Engine};
use crate::template::{FunctionSpec, StreamSpec, TableSpec};
pub use invoke::Invoke;

use filter::Filter;
use mapping::Mapping;
use progress::Progress;
use record::{Record, SHARDS};
use store::PositionStore;
use worker::PartitionWorker;

/// How long to wait for running invocations on stop.
///
/// Their records are delivered again at the next start.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Error of starting or reading the streams.
#[derive(Debug, thiserror::Error)]
pub enum StreamsError {
    /// A mapping names a table that does not exist or has no stream.
    #[error("{function} is mapped to the stream of {table}, which has no stream")]
    NoStream {
        /// The name of the function.
        function: String,
        /// The name of the table.
        table: String,
    },
    /// The file of positions cannot be read.
    #[error("cannot read the stream positions in the state folder; start with --reset")]
    Positions(#[from] rusqlite::Error),
    /// The engine cannot be read.
    #[error("cannot read the local table")]
    Engine(#[from] dynoxide::DynoxideError),
}

/// The running mappings.
pub struct Streams {
    engine: Engine,
    mappings: Vec<(String, Arc<Mapping>)>,
    store: PositionStore,
    stopping: watch::Sender<bool>,
    readers: Vec<JoinHandle<()>>,
    position_savers: Vec<JoinHandle<()>>,
    workers: Vec<JoinHandle<()>>,
}

impl Streams {
    /// Starts all mappings at their stored positions.
    ///
    /// A new mapping starts at the oldest record, or at the newest, as configured.
    ///
    /// # Errors
    /// Returns an error if a mapping has no stream or the state cannot be read.
    pub async fn start(
        dynamodb: &DynamoDb,
        specs: Vec<(FunctionSpec, StreamSpec)>,
        invoke: Invoke,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StreamsError> {
        let mut streams = Self {
            engine: dynamodb.engine().clone(),
            mappings: Vec::new(),
            store: PositionStore::open(dynamodb.folder())?,
            stopping: watch::Sender::new(false),
            readers: Vec::new(),
            position_savers: Vec::new(),
            workers: Vec::new(),
        };
        for (function, spec) in &specs {
            if !dynamodb.tables().iter().any(|table| table.stream && table.name == spec.table) {
                let (function, table) = (function.name.clone(), spec.table.clone());
                return Err(StreamsError::NoStream { function, table });
            }
        }
        for table in dynamodb.tables() {
            let mut readers = Vec::new();
            for (function, spec) in specs.iter().filter(|(_, spec)| spec.table == table.name) {
                let mapping = streams
                    .build_mapping(table, function, spec, Arc::clone(&invoke), &clock)
                    .await?;
                readers.push((Arc::clone(&mapping), streams.start_workers(&mapping)));
                let saver = Arc::clone(&mapping).store_positions(table.name.clone());
                streams.position_savers.push(tokio::spawn(saver));
                streams.mappings.push((table.name.clone(), mapping));
            }
            if !readers.is_empty() {
                let reader = reader::run(streams.engine.clone(), table.clone(), readers);
                streams.readers.push(tokio::spawn(reader));
            }
        }
        Ok(streams)
    }

    async fn build_mapping(
        &self,
        table: &TableSpec,
        function: &FunctionSpec,
        spec: &StreamSpec,
        invoke: Invoke,
        clock: &Arc<dyn Clock>,
    ) -> Result<Arc<Mapping>, StreamsError> {
        let position = match self.store.get_position(&Mapping::name(&function.name, &table.name))? {
            Some(position) => position,
            None if spec.from_start => 0,
            None => self.newest(&table.name).await?,
        };
        let mut arn = table.arn.split(':').skip(3);
        let (region, account) = (arn.next().unwrap_or_default(), arn.next().unwrap_or_default());
        Ok(Arc::new(Mapping {
            function: function.name.clone(),
            function_arn: format!(
                "arn:aws:lambda:{region}:{account}:function:{}",
                function.logical_id
            ),
            stream_arn: record::stream_arn(table),
            spec: spec.clone(),
            filter: Filter::new(spec.filters.clone()),
            progress: Progress::from_position(position),
            invoke,
            clock: Arc::clone(clock),
            store: self.store.clone(),
        }))
    }

    /// Starts the mapping's partition workers.
    fn start_workers(&mut self, mapping: &Arc<Mapping>) -> Vec<UnboundedSender<Arc<Record>>> {
        let worker_count = SHARDS * mapping.spec.parallelization_factor.max(1);
        (0..worker_count)
            .map(|_| {
                let (sender, records) = unbounded_channel();
                let stopping = self.stopping.subscribe();
                let worker = PartitionWorker { mapping: Arc::clone(mapping), records, stopping };
                self.workers.push(tokio::spawn(worker.run()));
                sender
            })
            .collect()
    }

    async fn newest(&self, table: &str) -> Result<i64, dynoxide::DynoxideError> {
        let table = table.to_owned();
        self.engine.read(move |storage| record::newest(storage, &table)).await
    }

    /// Waits until every mapping has consumed all records and no invocation runs.
    ///
    /// This includes the records that the invocations wrote.
    pub async fn wait_until_idle(&self) {
        loop {
            let positions = self.newest_positions().await;
            for ((_, mapping), position) in self.mappings.iter().zip(&positions) {
                mapping.progress.wait_idle_at(*position).await;
            }
            let idle = self.mappings.iter().all(|(_, mapping)| mapping.progress.is_idle());
            if idle && self.newest_positions().await == positions {
                return;
            }
        }
    }

    async fn newest_positions(&self) -> Vec<i64> {
        let newest = self.mappings.iter().map(|(table, _)| self.newest(table));
        join_all(newest).await.into_iter().map(Result::unwrap_or_default).collect()
    }

    /// Returns the messages in a failure queue, oldest first.
    ///
    /// # Errors
    /// Returns an error if the state cannot be read.
    pub fn failures(&self, queue: &str) -> Result<Vec<Value>, StreamsError> {
        Ok(self.store.failures(queue)?)
    }

    /// Stops reading, waits for running invocations, and stores the positions.
    pub async fn stop(self) {
        for reader in &self.readers {
            reader.abort();
        }
        self.stopping.send_replace(true);
        let abort_handles: Vec<_> = self.workers.iter().map(JoinHandle::abort_handle).collect();
        if tokio::time::timeout(STOP_TIMEOUT, join_all(self.workers)).await.is_err() {
            abort_handles.iter().for_each(tokio::task::AbortHandle::abort);
        }
        for saver in &self.position_savers {
            saver.abort();
        }
        for (table, mapping) in &self.mappings {
            let name = Mapping::name(&mapping.function, table);
            if let Err(error) = self.store.save_position(&name, mapping.progress.position()) {
                tracing::error!(%error, "Stream position not stored");
            }
        }
    }
}
