//! What can be wrong with a template, and on which line.

use std::path::PathBuf;

/// A template that the local system cannot obey.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file could not be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line says something that is not known here, or that makes no sense.
    #[error("template line {line}: {message}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong, and what is known instead.
        message: String,
    },
}

impl TemplateError {
    /// An error on `line`.
    pub(super) fn at(line: usize, message: impl Into<String>) -> Self {
        Self::Line { line, message: message.into() }
    }

    /// `name` stands on `line` where only `known` ones may.
    pub(super) fn unknown(line: usize, what: &str, name: &str, known: &[&str]) -> Self {
        Self::at(line, format!("unknown {what} `{name}`; known are {}", known.join(", ")))
    }
}
