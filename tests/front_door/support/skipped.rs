//! Checks that this machine cannot run.

use std::io::Write as _;

use crate::support::project_root;

/// Reports a check as skipped: on standard error, and in the last line of `make test`.
///
/// `check` is a file name. `make test` empties the folder before it runs the tests.
pub fn report_skipped(check: &str, reason: &str) {
    let line = format!("{check} ({reason})");
    let folder = project_root().join("target/skipped");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(check), format!("{line}\n")).unwrap();
    // Not `eprintln!`: the test runner captures it.
    std::io::stderr().write_all(format!("SKIPPED: {line}\n").as_bytes()).unwrap();
}
