//! The embedded engine on three threads: one writes, one reads, one runs maintenance.
//!
//! SQLite has one writer, so writes are queued here in the order of arrival. Reads see every write that was completed
//! before they began. With `synchronous = NORMAL` and the write-ahead log, a killed process loses no completed write; a
//! power cut may lose the last ones, which a local system accepts. Checkpoints and searches of whole tables run on the
//! maintenance thread, so that they delay neither writes nor reads.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use dynoxide::DynoxideError;
use dynoxide::storage::Storage;
use futures_util::FutureExt as _;
use shared::clock::Clock;
use tokio::sync::{oneshot, watch};

/// The number of writes after which the write-ahead log is checkpointed.
const WRITES_PER_CHECKPOINT: u64 = 2_000;

type Job = Box<dyn FnOnce(&Storage) + Send>;

/// Sends jobs to a thread.
///
/// `None` ends it.
type Jobs = mpsc::Sender<Option<Job>>;

/// A handle to the engine.
///
/// Clones share it.
///
/// For operations that the service does not offer: `engine.read(|storage| ready(get_item::execute(storage, request)))`.
#[derive(Clone)]
pub struct Engine {
    writer: Jobs,
    reader: Jobs,
    maintainer: Jobs,
    writes: watch::Sender<u64>,
}

/// The threads, each with the sender of its jobs.
pub(super) struct Threads([(Jobs, JoinHandle<()>); 3]);

impl Threads {
    /// Ends all threads after their queued jobs and waits until they have closed the file.
    ///
    /// Blocks.
    ///
    /// They end one after the other: only the last connection that closes checkpoints the log, and if two close at
    /// once, neither does.
    pub(super) fn end(self) {
        for (jobs, thread) in self.0 {
            let _ = jobs.send(None);
            let _ = thread.join();
        }
    }
}

impl Engine {
    /// Opens the database file, or creates it.
    pub(super) fn open(
        path: &Path,
        clock: &Arc<dyn Clock>,
    ) -> Result<(Self, Threads), DynoxideError> {
        let write_count = watch::Sender::new(0);
        let (writer, write_jobs) = mpsc::channel();
        let writer_storage = open_storage(path, clock)?;
        let (reader, reader_thread) = spawn_reader(open_storage(path, clock)?);
        let (maintainer, maintainer_thread) = spawn_reader(open_storage(path, clock)?);
        let (write_signal, checkpoints) = (write_count.clone(), maintainer.clone());
        let writer_thread = std::thread::spawn(move || {
            write_on(&writer_storage, &write_jobs, &write_signal, &checkpoints);
        });
        // The writer sends jobs to the maintenance thread, which therefore ends last.
        let threads = [
            (writer.clone(), writer_thread),
            (reader.clone(), reader_thread),
            (maintainer.clone(), maintainer_thread),
        ];
        Ok((Self { writer, reader, maintainer, writes: write_count }, Threads(threads)))
    }

    /// Runs `work` on the writing thread, after all earlier writes.
    pub async fn write<T, F>(&self, work: F) -> Result<T, DynoxideError>
    where
        T: Send + 'static,
        F: FnOnce(&Storage) -> Result<T, DynoxideError> + Send + 'static,
    {
        run_on(&self.writer, work).await
    }

    /// Runs `work` on the reading thread, concurrently with writes.
    pub async fn read<T, F>(&self, work: F) -> Result<T, DynoxideError>
    where
        T: Send + 'static,
        F: FnOnce(&Storage) -> Result<T, DynoxideError> + Send + 'static,
    {
        run_on(&self.reader, work).await
    }

    /// Runs `work` on the maintenance thread, for work that takes long.
    pub(super) async fn maintenance<T, F>(&self, work: F) -> Result<T, DynoxideError>
    where
        T: Send + 'static,
        F: FnOnce(&Storage) -> Result<T, DynoxideError> + Send + 'static,
    {
        run_on(&self.maintainer, work).await
    }

    /// Returns a receiver that changes after every write, for readers of stream records.
    pub fn subscribe_writes(&self) -> watch::Receiver<u64> {
        self.writes.subscribe()
    }
}

/// Returns the result of an engine action.
///
/// Its future is always ready, because SQLite never waits.
pub fn ready<T>(
    action: impl Future<Output = Result<T, DynoxideError>>,
) -> Result<T, DynoxideError> {
    action.now_or_never().unwrap_or_else(|| Err(internal("the engine did not respond immediately")))
}

fn open_storage(path: &Path, clock: &Arc<dyn Clock>) -> Result<Storage, DynoxideError> {
    let clock = Arc::new(EngineClock(Arc::clone(clock)));
    let storage = Storage::new(&path.to_string_lossy())?.with_clock(clock);
    storage.conn().execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY; \
         PRAGMA wal_autocheckpoint = 20000;",
    )?;
    Ok(storage)
}

fn spawn_reader(storage: Storage) -> (Jobs, JoinHandle<()>) {
    let (sender, jobs) = mpsc::channel::<Option<Job>>();
    let thread = std::thread::spawn(move || {
        for job in jobs.iter().map_while(|job| job) {
            job(&storage);
        }
    });
    (sender, thread)
}

fn write_on(
    storage: &Storage,
    jobs: &mpsc::Receiver<Option<Job>>,
    writes_done: &watch::Sender<u64>,
    checkpoints: &Jobs,
) {
    let mut count = 0_u64;
    for job in jobs.iter().map_while(|job| job) {
        job(storage);
        count += 1;
        writes_done.send_replace(count);
        if count.is_multiple_of(WRITES_PER_CHECKPOINT) {
            let _ = checkpoints.send(Some(Box::new(checkpoint)));
        }
    }
}

fn checkpoint(storage: &Storage) {
    if let Err(error) = storage.conn().query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
        tracing::debug!(%error, "Checkpoint skipped");
    }
}

async fn run_on<T, F>(jobs: &Jobs, work: F) -> Result<T, DynoxideError>
where
    T: Send + 'static,
    F: FnOnce(&Storage) -> Result<T, DynoxideError> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let job: Job = Box::new(move |storage| {
        let _ = sender.send(work(storage));
    });
    jobs.send(Some(job)).map_err(|_| internal("the engine has stopped"))?;
    receiver.await.map_err(|_| internal("the engine has stopped"))?
}

fn internal(message: &str) -> DynoxideError {
    DynoxideError::InternalServerError(message.to_owned())
}

/// The injected clock for the engine's stream records and TTL.
struct EngineClock(Arc<dyn Clock>);

impl dynoxide::storage_backend::Clock for EngineClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    #[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 fit in 53 bits")]
    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_microsecond() as f64 / 1_000_000.0
    }
}
