//! The benchmarks of `docs/performance.md`. Each one writes its table to `target/bench`. Benchmarks assert nothing.
//!
//! `tests/bench/run` builds and runs all of them; `BENCH="inbound open"` selects some.
//!
//! - [`inbound`]: signed webhooks at fixed concurrency. [`open_load`]: at a fixed rate, with [`readers`] on sockets.
//! - [`units`]: capacity units of each operation. [`size`]: reads with growing tables.
//! - [`media`]: transfer of files.
//! - [`program`]: the built program. [`webhook`]: signed webhooks. [`connection`]: HTTP connections.
//! - [`report`]: percentiles, tables and the load of the machine.

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
    // Cargo adds the argument `--bench`.
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
