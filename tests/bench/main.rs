//! The benchmarks of `docs/performance.md`. Each one writes its table to `target/bench`. Benchmarks assert nothing.
//!
//! `tests/bench/run` builds and runs all of them; `BENCH="inbound open"` selects some.
//!
//! - [`inbound`]: signed webhooks at fixed concurrency. [`open_load`]: at a fixed rate, with [`readers`] on sockets.
//! - [`compare`]: inbound and push of this program and of another commit's, in turns.
//! - [`units`]: capacity units of each operation. [`size`]: reads with growing tables.
//! - [`lambda_cpu`]: CPU of `receive-message` per request. [`function_process`]: a function in its own process.
//! - [`media`]: transfer of files.
//! - [`program`]: the built program. [`webhook`]: signed webhooks. [`connection`]: HTTP connections.
//! - [`report`]: percentiles, tables and the load of the machine.

mod compare;
mod connection;
mod function_process;
mod inbound;
mod lambda_cpu;
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
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("function") {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(function_process::run(&arguments.next().unwrap()));
    }
    Builder::new_multi_thread().enable_all().build().unwrap().block_on(run_benchmarks());
}

async fn run_benchmarks() {
    // Cargo adds the argument `--bench`.
    let requested: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let [command, base] = &*requested
        && command == "compare"
    {
        return compare::measure(std::path::Path::new(base)).await;
    }
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
    if is_requested("lambda") {
        lambda_cpu::measure().await;
    }
    if is_requested("open") {
        open_load::measure().await;
    }
}
