//! Closed loop: signed webhooks at 1, 8 and 64 connections, each posting its next as soon as its last is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::program::Program;
use crate::report::{Table, Times, load, milliseconds};
use crate::webhook::Webhooks;
use crate::wire::Wire;

const LASTS: Duration = Duration::from_secs(10);
const RUNS: usize = 3;
/// Signed before the clock starts; more than any run has used.
const SIGNED: usize = 40_000;

/// Three runs at each concurrency, each on a fresh table.
pub async fn measure() {
    let mut table = Table::begin(
        "inbound",
        "`BENCH=inbound make bench`: signed webhooks of 19 parameters from 200 \
         numbers, signature checked, answered after the transaction is in the table's file; a fresh folder each run; \
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
            table.row(&one(connections, run).await);
        }
    }
}

async fn one(connections: usize, run: usize) -> Vec<String> {
    let load = load();
    let program = Program::start().await;
    let webhooks = Webhooks::to(&program.url);
    let requests: Arc<Vec<Vec<u8>>> = Arc::new((0..SIGNED).map(|n| webhooks.request(n)).collect());
    let (idle, cpu) = (program.memory("VmRSS"), program.cpu());
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| tokio::spawn(post(program.url.clone(), requests.clone(), next.clone(), began)))
        .collect();
    let (mut times, mut other) = (Vec::new(), 0);
    for task in tasks {
        let (good, bad) = task.await.unwrap();
        times.extend(good);
        other += bad;
    }
    let took = began.elapsed().as_secs_f64();
    let cpu = program.cpu() - cpu;
    let peak = program.memory("VmHWM");
    let rows = program.killed().await;
    let times = Times::of(times);
    let count = u32::try_from(times.count()).unwrap();
    vec![
        connections.to_string(),
        run.to_string(),
        load,
        count.to_string(),
        other.to_string(),
        rows.to_string(),
        format!("{:.0}", f64::from(u32::try_from(rows).unwrap()) / took),
        times.at(500),
        times.at(990),
        times.at(1000),
        format!("{idle} → {peak}"),
        milliseconds(Duration::from_secs_f64(cpu / f64::from(count.max(1)))),
    ]
}

async fn post(
    url: String,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    began: Instant,
) -> (Vec<Duration>, usize) {
    let mut wire = Wire::to(&url).await;
    let (mut times, mut other) = (Vec::new(), 0);
    while began.elapsed() < LASTS {
        let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
        let one = Instant::now();
        match wire.send(request).await {
            Some(200..300) => times.push(one.elapsed()),
            status => {
                other += 1;
                if status.is_none() {
                    wire = Wire::to(&url).await;
                }
            }
        }
    }
    (times, other)
}
