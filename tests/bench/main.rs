//! The figures of `docs/performance.md`: each measure runs the built program as a person would and writes its table
//! to `target/bench`. Nothing is asserted; a bad figure is printed like a good one.
//!
//! `tests/bench/run` builds and runs all of it; `BENCH="inbound open"` names some.
//!
//! - [`inbound`]: signed webhooks at fixed concurrency; [`open`]: at a fixed rate, with [`readers`] on sockets.
//! - [`units`]: what each operation costs, as the engine counts it; [`size`]: whether reading grows with what is stored.
//! - [`media`]: files, moved and read.
//! - [`program`]: the built program; [`webhook`]: what is posted; [`wire`]: the line it is posted on.
//! - [`report`]: percentiles, tables, and what the machine was doing.

mod connection;
mod inbound;
mod media;
mod open_load;
mod program;
mod readers;
mod report;
mod size;
mod units;
mod webhook;

use tokio::runtime::Builder;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("mover") {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(media::run_fetch_media_process());
    }
    Builder::new_multi_thread().enable_all().build().unwrap().block_on(run_benchmarks());
}

async fn run_benchmarks() {
    // Cargo adds an argument of its own.
    let requested: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let is_requested =
        |name: &str| requested.is_empty() || requested.iter().any(|benchmark| benchmark == name);
    if is_requested("units") {
        units::measure().await;
    }
    if is_requested("size") {
        size::measure().await;
    }
    if is_requested("media") {
        media::measure().await;
    }
    if is_requested("inbound") {
        inbound::measure().await;
    }
    if is_requested("open") {
        open_load::measure().await;
    }
}
