//! The error type of the functions. Its variants correspond to the HTTP responses that the user gets.

use serde_json::{Map, Value, json};

use crate::localized::{self, LocalizedText, LocalizedTextView, join};

/// The cause of an error, for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A result with [`Error`] as its error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error with the text that the user reads. Only [`Error::status`] decides on the HTTP status.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is malformed (400).
    #[error("{0}")]
    BadRequest(LocalizedText),
    /// The caller is not signed in, or the session has expired (401).
    #[error("{0}")]
    Unauthenticated(LocalizedText),
    /// The caller is signed in but lacks the permission (403).
    #[error("{0}")]
    Forbidden(LocalizedText),
    /// The resource does not exist or is not visible to the caller (404).
    #[error("{0}")]
    NotFound(LocalizedText),
    /// Another write came first (409).
    #[error("{text}")]
    Conflict {
        /// The text for the user.
        text: LocalizedText,
        /// The current state of the resource, if known.
        current: Option<Box<Value>>,
    },
    /// The body exceeds the limit (413).
    #[error("{0}")]
    TooLarge(LocalizedText),
    /// The request is well-formed but invalid (422).
    #[error("{0}")]
    Unprocessable(LocalizedText),
    /// The message may not be sent (422).
    #[error("{}", join(.texts))]
    SendNotAllowed {
        /// The reasons and advice for the user.
        texts: Vec<LocalizedText>,
        /// The reasons as the API returns them.
        reasons: Box<Value>,
    },
    /// A rate limit was exceeded (429).
    #[error("{}", join(.texts))]
    RateLimited {
        /// The text and advice for the user.
        texts: Vec<LocalizedText>,
        /// The number of seconds until a request can succeed again.
        retry_after: u64,
    },
    /// A dependency did not respond in time; nothing was changed (503).
    #[error("{}", localized::partyline::busy())]
    Unavailable(#[source] Cause),
    /// The configuration may be outdated; it is read again and the request is repeated (503).
    #[error("{}", localized::partyline::busy())]
    OutdatedConfiguration,
    /// An internal error (500).
    #[error("{}", localized::partyline::failed())]
    Internal(#[source] Cause),
    /// The configuration is invalid (500).
    #[error("{variable}: {reason}")]
    Configuration {
        /// The name of the environment variable or parameter.
        variable: String,
        /// The reason why it is invalid.
        reason: String,
    },
}

impl Error {
    /// Creates an internal error from its cause.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// Creates the error for a missing or invalid setting.
    pub fn configuration(variable: &str, reason: impl Into<String>) -> Self {
        Self::Configuration { variable: variable.to_owned(), reason: reason.into() }
    }

    /// Creates the error for a conversation that does not exist or is not visible to the caller.
    pub fn conversation_not_found() -> Self {
        Self::NotFound(localized::conversation::missing())
    }

    /// Creates the error for a message that does not exist in the conversation.
    pub fn message_not_found() -> Self {
        Self::NotFound(localized::message::missing())
    }

    /// Creates a conflict without the current state.
    pub fn conflict(text: LocalizedText) -> Self {
        Self::Conflict { text, current: None }
    }

    /// Returns all causes for the log, the nearest first.
    pub fn cause_chain(&self) -> String {
        let mut causes = Vec::new();
        let mut next = std::error::Error::source(self);
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes.join(": ")
    }

    /// Returns the HTTP status. Only this function decides it.
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
            Self::Unavailable(_) | Self::OutdatedConfiguration => 503,
        }
    }

    /// Returns the error code for programs. It does not change with the wording of the texts.
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
            Self::Unavailable(_) | Self::OutdatedConfiguration => "unavailable",
        }
    }

    /// Returns the body of the response in `application/problem+json` (RFC 9457).
    ///
    /// Members: `type`, `title`, `status`, `detail`, `localized_detail`, `code`; `current` of a conflict; `reasons` if a
    /// message may not be sent.
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

    /// Returns the texts for the user. Details of the configuration are only logged.
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
            Self::Unavailable(_) | Self::OutdatedConfiguration => {
                vec![localized::partyline::busy()]
            }
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
            Self::Unavailable(_) | Self::OutdatedConfiguration => "Service Unavailable",
        }
    }
}
