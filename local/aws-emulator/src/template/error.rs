//! The errors of a template, with their lines.

use std::path::PathBuf;

/// A template that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A line is invalid or not supported.
    #[error("template line {line}: {message}")]
    Line {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong, and what is supported instead.
        message: String,
    },
}

impl TemplateError {
    /// Creates an error on `line`.
    pub(super) fn at(line: usize, message: impl Into<String>) -> Self {
        Self::Line { line, message: message.into() }
    }

    /// Creates the error of an unsupported `name` on `line`.
    pub(super) fn unknown(line: usize, what: &str, name: &str, known: &[&str]) -> Self {
        Self::at(line, format!("unknown {what} `{name}`; supported: {}", known.join(", ")))
    }
}
