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

mod inbound;
mod media;
mod open;
mod program;
mod readers;
mod report;
mod size;
mod units;
mod webhook;
mod wire;

use tokio::runtime::Builder;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("mover") {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(media::mover());
    }
    Builder::new_multi_thread().enable_all().build().unwrap().block_on(figures());
}

async fn figures() {
    // Cargo adds an argument of its own.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|one| one == name);
    if is_wanted("units") {
        units::measure().await;
    }
    if is_wanted("size") {
        size::measure().await;
    }
    if is_wanted("media") {
        media::measure().await;
    }
    if is_wanted("inbound") {
        inbound::measure().await;
    }
    if is_wanted("open") {
        open::measure().await;
    }
}
