//! The folder of the repository.

use std::path::{Path, PathBuf};

/// Returns the folder of the repository.
pub fn project_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
