//! Writes the files that are made from the code: the API document, the tables of Twilio's codes, of the answers' sentences
//! and of the channels' limits, and the routes of `cargo lambda watch`. The architecture tests fail when one of them is not what this would write.

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
