//! Closed loop: signed webhooks over 1, 8 and 64 connections, each of which waits for the response.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::connection::HttpConnection;
use crate::program::Program;
use crate::report::{ResultTable, Times, format_milliseconds, load_average};
use crate::webhook::WebhookFactory;

const LOAD_DURATION: Duration = Duration::from_secs(10);
const RUNS: usize = 3;
/// The number of requests that are signed before a run; more than any run has used.
const SIGNED_REQUESTS: usize = 40_000;

/// Runs each concurrency three times, each time on an empty table.
pub async fn measure() {
    let mut table = ResultTable::start(
        "inbound",
        "`BENCH=inbound make bench`: signed webhooks of 19 parameters from 200 \
         numbers, signature checked, answered after the transaction is in the table's file; a new folder for each run; \
         10 s, then `kill -9`, then the rows in the folder are counted. The load is made on the same cores.",
        &[
            "connections",
            "run",
            "load before",
            "answered 2xx",
            "other",
            "rows after the kill",
            "stored/s",
            "p50 ms",
            "p99 ms",
            "max ms",
            "RSS idle → peak MB",
            "server CPU per message ms",
        ],
    );
    for connections in [1, 8, 64] {
        for run in 1..=RUNS {
            table.row(&measure_run(connections, run).await);
        }
    }
}

/// What a run at fixed concurrency measured.
pub struct InboundRun {
    /// The load of the machine before the run.
    pub load_before: String,
    /// The times of the accepted requests.
    pub times: Times,
    /// The number of messages in the table's file after the program was killed.
    pub rows: usize,
    /// The duration of the load, in seconds.
    pub seconds: f64,
    /// The CPU time of the program, in seconds.
    pub cpu: f64,
    other_count: usize,
    memory: String,
}

impl InboundRun {
    /// Returns the number of stored messages per second.
    pub fn stored_per_second(&self) -> f64 {
        f64::from(u32::try_from(self.rows).unwrap()) / self.seconds
    }

    /// Returns the CPU time per accepted message, in milliseconds.
    pub fn cpu_per_message(&self) -> f64 {
        self.cpu * 1e3 / f64::from(u32::try_from(self.times.count().max(1)).unwrap())
    }
}

async fn measure_run(connections: usize, run: usize) -> Vec<String> {
    let result = load(Program::start().await, connections, LOAD_DURATION).await;
    vec![
        connections.to_string(),
        run.to_string(),
        result.load_before.clone(),
        result.times.count().to_string(),
        result.other_count.to_string(),
        result.rows.to_string(),
        format!("{:.0}", result.stored_per_second()),
        result.times.per_mille(500),
        result.times.per_mille(990),
        result.times.per_mille(1000),
        result.memory.clone(),
        format_milliseconds(Duration::from_secs_f64(result.cpu_per_message() / 1e3)),
    ]
}

/// Posts webhooks over `connections` for `duration`, then kills the program and counts what it stored.
pub async fn load(program: Program, connections: usize, duration: Duration) -> InboundRun {
    let load_before = load_average();
    let webhooks = WebhookFactory::new(&program.url);
    let requests: Arc<Vec<Vec<u8>>> =
        Arc::new((0..SIGNED_REQUESTS).map(|n| webhooks.text_request(n)).collect());
    let (idle_memory, cpu) = (program.memory("VmRSS"), program.cpu());
    let next = Arc::new(AtomicUsize::new(0));
    let started_at = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (url, requests, next) = (program.url.clone(), requests.clone(), next.clone());
            tokio::spawn(post_requests(url, requests, next, started_at + duration))
        })
        .collect();
    let (mut times, mut other_count) = (Vec::new(), 0);
    for task in tasks {
        let (accepted_times, rejected_count) = task.await.unwrap();
        times.extend(accepted_times);
        other_count += rejected_count;
    }
    let seconds = started_at.elapsed().as_secs_f64();
    let cpu = program.cpu() - cpu;
    let memory = format!("{idle_memory} → {}", program.memory("VmHWM"));
    let rows = program.kill_and_count().await;
    InboundRun { load_before, times: Times::new(times), rows, seconds, cpu, other_count, memory }
}

async fn post_requests(
    url: String,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    until: Instant,
) -> (Vec<Duration>, usize) {
    let mut connection = HttpConnection::connect(&url).await;
    let (mut times, mut other_count) = (Vec::new(), 0);
    while Instant::now() < until {
        let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
        let sent_at = Instant::now();
        match connection.send(request).await {
            Some(200..300) => times.push(sent_at.elapsed()),
            status => {
                other_count += 1;
                if status.is_none() {
                    connection = HttpConnection::connect(&url).await;
                }
            }
        }
    }
    (times, other_count)
}
