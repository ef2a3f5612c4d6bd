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

async fn measure_run(connections: usize, run: usize) -> Vec<String> {
    let load_before = load_average();
    let program = Program::start().await;
    let webhooks = WebhookFactory::new(&program.url);
    let requests: Arc<Vec<Vec<u8>>> =
        Arc::new((0..SIGNED_REQUESTS).map(|n| webhooks.text_request(n)).collect());
    let (idle_memory, cpu) = (program.memory("VmRSS"), program.cpu());
    let next = Arc::new(AtomicUsize::new(0));
    let started_at = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            tokio::spawn(post_requests(
                program.url.clone(),
                requests.clone(),
                next.clone(),
                started_at,
            ))
        })
        .collect();
    let (mut times, mut other_count) = (Vec::new(), 0);
    for task in tasks {
        let (accepted_times, rejected_count) = task.await.unwrap();
        times.extend(accepted_times);
        other_count += rejected_count;
    }
    let elapsed = started_at.elapsed().as_secs_f64();
    let cpu = program.cpu() - cpu;
    let peak_memory = program.memory("VmHWM");
    let rows = program.kill_and_count().await;
    let times = Times::new(times);
    let count = u32::try_from(times.count()).unwrap();
    vec![
        connections.to_string(),
        run.to_string(),
        load_before,
        count.to_string(),
        other_count.to_string(),
        rows.to_string(),
        format!("{:.0}", f64::from(u32::try_from(rows).unwrap()) / elapsed),
        times.per_mille(500),
        times.per_mille(990),
        times.per_mille(1000),
        format!("{idle_memory} → {peak_memory}"),
        format_milliseconds(Duration::from_secs_f64(cpu / f64::from(count.max(1)))),
    ]
}

async fn post_requests(
    url: String,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    started_at: Instant,
) -> (Vec<Duration>, usize) {
    let mut connection = HttpConnection::connect(&url).await;
    let (mut times, mut other_count) = (Vec::new(), 0);
    while started_at.elapsed() < LOAD_DURATION {
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
