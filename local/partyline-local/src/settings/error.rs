//! The error of reading the settings.

use std::path::PathBuf;

/// Invalid settings.
///
/// The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file exists but is invalid.
    #[error("{} is not a valid list of NAME=value lines; compare it with .env.example", path.display())]
    File {
        /// The file.
        ///
        /// The cause is left out, because it would quote a line with a secret.
        path: PathBuf,
    },
    /// A value is missing or invalid.
    #[error("{name} {message}")]
    Value {
        /// The variable.
        name: &'static str,
        /// What is wrong.
        message: &'static str,
    },
    /// Published secrets are used where other people have access.
    #[error(
        "set your own values for {names} in .env before {purpose}; the values of .env.example are public"
    )]
    Published {
        /// The variables.
        names: String,
        /// The feature that requires other secrets.
        purpose: &'static str,
    },
}
