//! The error of an invocation.

use std::any::Any;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

/// The error of an invocation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// The template names a function that does not exist.
    #[error("function not found: {0}")]
    Unknown(String),
    /// The function ran longer than its timeout.
    #[error("{request_id} Task timed out after {}.00 seconds", timeout.as_secs())]
    Timeout {
        /// The request ID.
        request_id: String,
        /// The function's timeout.
        timeout: Duration,
    },
    /// The function panicked.
    #[error("{0}")]
    Panic(String),
    /// The function could not be built or returned an error.
    #[error("{0}")]
    Error(String),
}

impl InvokeError {
    /// Returns Lambda's error payload: `errorType` and `errorMessage`.
    pub fn payload(&self) -> Value {
        let kind = match self {
            Self::Unknown(_) => "ResourceNotFoundException",
            Self::Timeout { .. } => "Sandbox.Timedout",
            Self::Panic(_) => "Panic",
            Self::Error(_) => "Error",
        };
        json!({ "errorType": kind, "errorMessage": self.to_string() })
    }
}

/// Returns the error of a panic.
pub(super) fn panic_error(panic: &(dyn Any + Send)) -> InvokeError {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    InvokeError::Panic(text.unwrap_or_else(|| "the function panicked".to_owned()))
}

/// Returns an error and all its causes as one line.
pub(super) fn cause_chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
