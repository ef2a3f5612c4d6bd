//! Writes the files that are generated from the code.
//!
//! These are the API document, Twilio's error codes, the localized texts, the limits of the channels, and the routes of
//! `cargo lambda watch`. An architecture test fails if one of them is out of date.

use std::path::Path;
use std::process::ExitCode;

mod files;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (path, content) in files::generated_files(&root) {
        if let Err(error) = std::fs::write(root.join(path), content) {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
