//! The one error of the product: few variants, each named for what the person hears.

use serde_json::{Map, Value, json};

use crate::localized::{self, LocalizedText, LocalizedTextView, join};

/// A cause that is kept for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The product's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in a sentence that the person reads. The status is decided in [`Error::status`] alone.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be read at all (400).
    #[error("{0}")]
    BadRequest(LocalizedText),
    /// Nobody is signed in, or no longer (401).
    #[error("{0}")]
    Unauthenticated(LocalizedText),
    /// Signed in, but not allowed (403).
    #[error("{0}")]
    Forbidden(LocalizedText),
    /// No such thing, or not for this person (404).
    #[error("{0}")]
    NotFound(LocalizedText),
    /// Somebody else was faster; `current` is the present state, where there is one (409).
    #[error("{text}")]
    Conflict {
        /// What happened.
        text: LocalizedText,
        /// The present state of the thing.
        current: Option<Box<Value>>,
    },
    /// The body is larger than what is taken (413).
    #[error("{0}")]
    TooLarge(LocalizedText),
    /// Readable, but not acceptable (422).
    #[error("{0}")]
    Unprocessable(LocalizedText),
    /// The message may not go (422); `reasons` says why, for programs and people.
    #[error("{}", join(.texts))]
    SendNotAllowed {
        /// What is in the way and what to do.
        texts: Vec<LocalizedText>,
        /// The reasons, as the API shows them.
        reasons: Box<Value>,
    },
    /// Too often (429); try again after so many seconds.
    #[error("{}", join(.texts))]
    RateLimited {
        /// What happened, and what to do.
        texts: Vec<LocalizedText>,
        /// Seconds until the next try is worth it.
        retry_after: u64,
    },
    /// A dependency did not answer in time; nothing was changed (503).
    #[error("{}", localized::partyline::busy())]
    Unavailable(#[source] Cause),
    /// A fault of ours (500).
    #[error("{}", localized::partyline::failed())]
    Internal(#[source] Cause),
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
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// A missing or unusable setting.
    pub fn configuration(variable: &str, reason: impl Into<String>) -> Self {
        Self::Configuration { variable: variable.to_owned(), reason: reason.into() }
    }

    /// There is no such conversation, or none that this person may see.
    pub fn conversation_not_found() -> Self {
        Self::NotFound(localized::conversation::missing())
    }

    /// There is no such message in the conversation (any more).
    pub fn message_not_found() -> Self {
        Self::NotFound(localized::message::missing())
    }

    /// Somebody else was faster, and there is nothing to show of it.
    pub fn conflict(text: LocalizedText) -> Self {
        Self::Conflict { text, current: None }
    }

    /// Every cause beneath it, the nearest first, for the log.
    pub fn cause_chain(&self) -> String {
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
            Self::BadRequest(_) => 400,
            Self::Unauthenticated(_) => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound(_) => 404,
            Self::Conflict { .. } => 409,
            Self::TooLarge(_) => 413,
            Self::Unprocessable(_) | Self::SendNotAllowed { .. } => 422,
            Self::RateLimited { .. } => 429,
            Self::Internal(_) | Self::Configuration { .. } => 500,
            Self::Unavailable(_) => 503,
        }
    }

    /// A word for programs, stable across wordings.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "bad_request",
            Self::Unauthenticated(_) => "unauthenticated",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound(_) => "not_found",
            Self::Conflict { .. } => "conflict",
            Self::TooLarge(_) => "too_large",
            Self::Unprocessable(_) => "unprocessable",
            Self::SendNotAllowed { .. } => "send_not_allowed",
            Self::RateLimited { .. } => "rate_limited",
            Self::Internal(_) | Self::Configuration { .. } => "internal",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// `problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, the `sentences` that the detail is, `code`,
    /// `current` on a conflict, and `reasons` where a message may not go.
    pub fn problem(&self) -> Value {
        let texts = self.texts();
        let views: Vec<LocalizedTextView> = texts.iter().map(LocalizedText::view).collect();
        let mut problem = Map::new();
        problem.insert("type".to_owned(), json!("about:blank"));
        problem.insert("title".to_owned(), json!(self.title()));
        problem.insert("status".to_owned(), json!(self.status()));
        problem.insert("detail".to_owned(), json!(join(&texts)));
        problem.insert("localized_detail".to_owned(), json!(views));
        problem.insert("code".to_owned(), json!(self.code()));
        if let Self::Conflict { current: Some(current), .. } = self {
            problem.insert("current".to_owned(), (**current).clone());
        }
        if let Self::SendNotAllowed { reasons, .. } = self {
            problem.insert("reasons".to_owned(), (**reasons).clone());
        }
        Value::Object(problem)
    }

    /// What the person reads. The configuration is not for everybody's eyes.
    fn texts(&self) -> Vec<LocalizedText> {
        match self {
            Self::BadRequest(text)
            | Self::Unauthenticated(text)
            | Self::Forbidden(text)
            | Self::NotFound(text)
            | Self::Conflict { text, .. }
            | Self::TooLarge(text)
            | Self::Unprocessable(text) => vec![text.clone()],
            Self::SendNotAllowed { texts, .. } | Self::RateLimited { texts, .. } => texts.clone(),
            Self::Unavailable(_) => vec![localized::partyline::busy()],
            Self::Internal(_) => vec![localized::partyline::failed()],
            Self::Configuration { .. } => vec![localized::partyline::not_set_up()],
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "Bad Request",
            Self::Unauthenticated(_) => "Unauthorized",
            Self::Forbidden(_) => "Forbidden",
            Self::NotFound(_) => "Not Found",
            Self::Conflict { .. } => "Conflict",
            Self::TooLarge(_) => "Content Too Large",
            Self::Unprocessable(_) | Self::SendNotAllowed { .. } => "Unprocessable Content",
            Self::RateLimited { .. } => "Too Many Requests",
            Self::Internal(_) | Self::Configuration { .. } => "Internal Server Error",
            Self::Unavailable(_) => "Service Unavailable",
        }
    }
}
