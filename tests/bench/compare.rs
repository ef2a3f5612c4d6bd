//! Compares the program of this checkout with that of another commit, in turns on one machine.
//!
//! Absolute figures depend on the machine and its load; only the ratios of one run count.

use std::path::Path;
use std::time::Duration;

use crate::program::Program;
use crate::report::{ResultTable, format_milliseconds, load_average, project_root};
use crate::{inbound, open_load};

const PAIRS: usize = 3;
const CONNECTION_COUNT: usize = 8;
const LOAD_DURATION: Duration = Duration::from_secs(8);
const RATE: usize = 100;
const SOCKET_COUNT: usize = 50;

/// The figures of one program in one pair.
#[derive(Clone, Copy)]
struct Figures {
    stored_per_second: f64,
    cpu_per_message: f64,
    response_p50: f64,
    response_p99: f64,
    push_p50: f64,
    push_p99: f64,
}

/// Measures both programs three times in turns. `base` is a checkout of the other commit with its built program.
pub async fn measure(base: &Path) {
    let mut table = ResultTable::start(
        "compare",
        "`BASE=<commit> BENCH=inbound make bench`: both programs in turns. Stored, CPU and response: 8 connections, signed \
         webhooks, 8 s, rows counted after `kill -9`. Push: 100 webhooks a second for 10 s with 50 sockets.",
        &[
            "program",
            "pair",
            "load before",
            "stored/s",
            "CPU per message ms",
            "response p50/p99 ms",
            "push p50/p99 ms",
        ],
    );
    let roots = [base.to_owned(), project_root()];
    let mut measured: [Vec<Figures>; 2] = Default::default();
    for pair in 1..=PAIRS {
        for (index, root) in roots.iter().enumerate() {
            let load_before = load_average();
            let figures = measure_program(root).await;
            let name = if index == 0 { "base" } else { "this" };
            let cells = [name.to_owned(), pair.to_string(), load_before];
            table.row(&[cells.to_vec(), figures.cells()].concat());
            measured[index].push(figures);
        }
    }
    let [base, this] = measured;
    let ratio = |field: fn(&Figures) -> f64| {
        format!("{:.2}", median(this.iter().map(field)) / median(base.iter().map(field)))
    };
    table.row(&[
        "**ratio of the medians**".to_owned(),
        String::new(),
        String::new(),
        ratio(|it| it.stored_per_second),
        ratio(|it| it.cpu_per_message),
        format!("{}/{}", ratio(|it| it.response_p50), ratio(|it| it.response_p99)),
        format!("{}/{}", ratio(|it| it.push_p50), ratio(|it| it.push_p99)),
    ]);
}

async fn measure_program(root: &Path) -> Figures {
    let inbound =
        inbound::load(Program::start_of(root).await, CONNECTION_COUNT, LOAD_DURATION).await;
    let push =
        open_load::load(Program::start_of(root).await, RATE, SOCKET_COUNT).await.push_times();
    let milliseconds = |time: Option<Duration>| time.unwrap_or_default().as_secs_f64() * 1e3;
    Figures {
        stored_per_second: inbound.stored_per_second(),
        cpu_per_message: inbound.cpu_per_message(),
        response_p50: milliseconds(inbound.times.at_per_mille(500)),
        response_p99: milliseconds(inbound.times.at_per_mille(990)),
        push_p50: milliseconds(push.at_per_mille(500)),
        push_p99: milliseconds(push.at_per_mille(990)),
    }
}

impl Figures {
    fn cells(&self) -> Vec<String> {
        let format = |value: f64| format_milliseconds(Duration::from_secs_f64(value / 1e3));
        vec![
            format!("{:.0}", self.stored_per_second),
            format(self.cpu_per_message),
            format!("{}/{}", format(self.response_p50), format(self.response_p99)),
            format!("{}/{}", format(self.push_p50), format(self.push_p99)),
        ]
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
