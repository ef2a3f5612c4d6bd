//! Why settings cannot be used.

use std::path::PathBuf;

/// Settings that cannot be used; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is there and cannot be read.
    #[error("{} is not a valid list of NAME=value lines; compare it with .env.example", path.display())]
    File {
        /// The file. The reason is not told: it would quote the line, and with it a secret.
        path: PathBuf,
    },
    /// A value makes no sense.
    #[error("{name} {message}")]
    Value {
        /// The variable.
        name: &'static str,
        /// What is wrong.
        message: &'static str,
    },
    /// A published secret would face the world.
    #[error(
        "{names} still have the published values of .env.example. Set your own in .env before {purpose}"
    )]
    Published {
        /// The variables.
        names: String,
        /// What was asked for.
        purpose: &'static str,
    },
}
