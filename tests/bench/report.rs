//! Percentiles, tables, and what the machine was doing meanwhile.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use shared::clock::{Clock as _, SystemClock};

/// The top of the tree.
pub fn project_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Measured times, in order.
pub struct Times(Vec<Duration>);

impl Times {
    /// Takes them in any order.
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time that `share` of a thousand do not exceed, milliseconds; a dash if there is none.
    pub fn per_mille(&self, per_mille: usize) -> String {
        let index = (self.0.len() * per_mille / 1000).min(self.0.len().saturating_sub(1));
        self.0.get(index).map_or("–".to_owned(), |time| format_milliseconds(*time))
    }
}

/// Three digits that matter.
pub fn format_milliseconds(time: Duration) -> String {
    let value = time.as_secs_f64() * 1e3;
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The load average over the last minute, which tells whether the figure was measured in peace.
pub fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|word| !word.is_empty()).unwrap_or("?").to_owned()
}

/// A table in Markdown, written as it grows, so that what was measured stays if the rest fails.
pub struct ResultTable {
    name: &'static str,
    text: String,
}

impl ResultTable {
    /// Begins `target/bench/{name}.md` with a sentence on how it is measured, and the heads of the columns.
    pub fn start(name: &'static str, description: &str, headings: &[&str]) -> Self {
        let now = SystemClock.now().strftime("%Y-%m-%d %H:%M UTC");
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let separator = "| --- ".repeat(headings.len());
        let text = format!(
            "{description}\n\nBegun {now}, {cores} cores.\n\n| {} |\n{separator}|\n",
            headings.join(" | ")
        );
        Self { name, text }
    }

    /// One row more, on the screen too.
    pub fn row(&mut self, cells: &[String]) {
        let row = format!("| {} |", cells.join(" | "));
        println!("{row}");
        writeln!(self.text, "{row}").unwrap();
        let folder = project_root().join("target/bench");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{}.md", self.name)), &self.text).unwrap();
    }
}
