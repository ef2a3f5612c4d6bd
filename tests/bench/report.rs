//! Percentiles, tables and the load of the machine.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use shared::clock::{Clock as _, SystemClock};

/// Returns the folder of the repository.
pub fn project_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Measured times in ascending order.
pub struct Times(Vec<Duration>);

impl Times {
    /// Sorts measured times.
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// Returns the number of times.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns a percentile in milliseconds, given in per mille, or a dash if there are no times.
    pub fn per_mille(&self, per_mille: usize) -> String {
        self.at_per_mille(per_mille).map_or("–".to_owned(), format_milliseconds)
    }

    /// Returns a percentile, given in per mille.
    pub fn at_per_mille(&self, per_mille: usize) -> Option<Duration> {
        let index = (self.0.len() * per_mille / 1000).min(self.0.len().saturating_sub(1));
        self.0.get(index).copied()
    }
}

/// Formats a time with three significant digits.
pub fn format_milliseconds(time: Duration) -> String {
    let value = time.as_secs_f64() * 1e3;
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Returns the CPU time of a process in seconds, user and system.
pub fn cpu_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or("").split_whitespace().skip(11).take(2);
    // Linux reports hundredths of a second.
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Returns the load average of the last minute, which shows whether other programs disturbed the benchmark.
pub fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|word| !word.is_empty()).unwrap_or("?").to_owned()
}

/// A Markdown table that is written row by row, so that results are kept if a later run fails.
pub struct ResultTable {
    name: &'static str,
    text: String,
}

impl ResultTable {
    /// Creates `target/bench/{name}.md` with a description and the headings of the columns.
    pub fn start(name: &'static str, description: &str, headings: &[&str]) -> Self {
        let now = SystemClock.now().strftime("%Y-%m-%d %H:%M UTC");
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let separator = "| --- ".repeat(headings.len());
        let text = format!(
            "{description}\n\nStarted {now}, {cores} cores.\n\n| {} |\n{separator}|\n",
            headings.join(" | ")
        );
        Self { name, text }
    }

    /// Adds a row and prints it.
    pub fn row(&mut self, cells: &[String]) {
        let row = format!("| {} |", cells.join(" | "));
        println!("{row}");
        writeln!(self.text, "{row}").unwrap();
        let folder = project_root().join("target/bench");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{}.md", self.name)), &self.text).unwrap();
    }
}
