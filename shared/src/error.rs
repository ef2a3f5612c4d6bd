//! The one error of the product: few variants, each named for what the person hears.

use serde_json::{Map, Value, json};

/// A cause that is kept for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The product's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in the words that the person reads. The status is decided in [`Error::status`] alone.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be read at all (400).
    #[error("{0}")]
    Malformed(String),
    /// Nobody is signed in, or no longer (401).
    #[error("{0}")]
    SignedOut(String),
    /// Signed in, but not allowed (403).
    #[error("{0}")]
    NotAllowed(String),
    /// No such thing, or not for this person (404).
    #[error("{0}")]
    NotFound(String),
    /// Somebody else was faster; `current` is the present state, where there is one (409).
    #[error("{detail}")]
    Conflict {
        /// What happened.
        detail: String,
        /// The present state of the thing.
        current: Option<Box<Value>>,
    },
    /// The body is larger than what is taken (413).
    #[error("{0}")]
    TooLarge(String),
    /// Readable, but not acceptable (422).
    #[error("{0}")]
    Refused(String),
    /// The message may not go (422); `reasons` says why, for programs and people.
    #[error("{detail}")]
    MayNotSend {
        /// What is in the way and what to do.
        detail: String,
        /// The reasons, as the API shows them.
        reasons: Box<Value>,
    },
    /// Too often (429); try again after so many seconds.
    #[error("{detail}")]
    TooMany {
        /// What happened.
        detail: String,
        /// Seconds until the next try is worth it.
        retry_after: u64,
    },
    /// A dependency did not answer in time; nothing was changed (503).
    #[error("Partyline is busy. Nothing was changed; try again in a moment.")]
    Busy(#[source] Cause),
    /// A fault of ours (500).
    #[error("Something in Partyline failed. It has been logged; try again.")]
    Failed(#[source] Cause),
    /// The configuration is wrong (500); names the variable.
    #[error("{variable}: {reason}")]
    Configuration {
        /// Environment variable or parameter.
        variable: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// A fault of ours, from its cause.
    pub fn failed(cause: impl Into<Cause>) -> Self {
        Self::Failed(cause.into())
    }

    /// A missing or unusable setting.
    pub fn configuration(variable: &str, reason: impl Into<String>) -> Self {
        Self::Configuration { variable: variable.to_owned(), reason: reason.into() }
    }

    /// There is no such conversation, or none that this person may see.
    pub fn no_conversation() -> Self {
        Self::NotFound("There is no such conversation.".to_owned())
    }

    /// There is no such message in the conversation (any more).
    pub fn no_message() -> Self {
        Self::NotFound("There is no such message.".to_owned())
    }

    /// Every cause beneath it, the nearest first, for the log.
    pub fn causes(&self) -> String {
        let mut causes = Vec::new();
        let mut next = std::error::Error::source(self);
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes.join(": ")
    }

    /// The HTTP status: the one place that decides it.
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::SignedOut(_) => 401,
            Self::NotAllowed(_) => 403,
            Self::NotFound(_) => 404,
            Self::Conflict { .. } => 409,
            Self::TooLarge(_) => 413,
            Self::Refused(_) | Self::MayNotSend { .. } => 422,
            Self::TooMany { .. } => 429,
            Self::Failed(_) | Self::Configuration { .. } => 500,
            Self::Busy(_) => 503,
        }
    }

    /// A word for programs, stable across wordings.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::SignedOut(_) => "signed_out",
            Self::NotAllowed(_) => "not_allowed",
            Self::NotFound(_) => "not_found",
            Self::Conflict { .. } => "conflict",
            Self::TooLarge(_) => "too_large",
            Self::Refused(_) => "refused",
            Self::MayNotSend { .. } => "may_not_send",
            Self::TooMany { .. } => "too_many",
            Self::Failed(_) | Self::Configuration { .. } => "failed",
            Self::Busy(_) => "busy",
        }
    }

    /// `problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, `code`, `current` on a conflict,
    /// and `reasons` where a message may not go.
    pub fn problem(&self) -> Value {
        let mut problem = Map::new();
        problem.insert("type".to_owned(), json!("about:blank"));
        problem.insert("title".to_owned(), json!(self.title()));
        problem.insert("status".to_owned(), json!(self.status()));
        problem.insert("detail".to_owned(), json!(self.detail()));
        problem.insert("code".to_owned(), json!(self.code()));
        if let Self::Conflict { current: Some(current), .. } = self {
            problem.insert("current".to_owned(), (**current).clone());
        }
        if let Self::MayNotSend { reasons, .. } = self {
            problem.insert("reasons".to_owned(), (**reasons).clone());
        }
        Value::Object(problem)
    }

    fn detail(&self) -> String {
        match self {
            Self::Configuration { .. } => {
                "Partyline is not set up completely; see its log.".to_owned()
            }
            other => other.to_string(),
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "Not readable",
            Self::SignedOut(_) => "Not signed in",
            Self::NotAllowed(_) => "Not allowed",
            Self::NotFound(_) => "Not found",
            Self::Conflict { .. } => "Changed meanwhile",
            Self::TooLarge(_) => "Too large",
            Self::Refused(_) | Self::MayNotSend { .. } => "Not accepted",
            Self::TooMany { .. } => "Too often",
            Self::Failed(_) | Self::Configuration { .. } => "Failed",
            Self::Busy(_) => "Busy",
        }
    }
}
