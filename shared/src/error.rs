//! The one error of the product: few variants, each named for what the person hears.

use serde_json::{Map, Value, json};

use crate::sentences::{self, Sentence, SentenceView, joined};

/// A cause that is kept for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The product's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in a sentence that the person reads. The status is decided in [`Error::status`] alone.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be read at all (400).
    #[error("{0}")]
    Malformed(Sentence),
    /// Nobody is signed in, or no longer (401).
    #[error("{0}")]
    SignedOut(Sentence),
    /// Signed in, but not allowed (403).
    #[error("{0}")]
    NotAllowed(Sentence),
    /// No such thing, or not for this person (404).
    #[error("{0}")]
    NotFound(Sentence),
    /// Somebody else was faster; `current` is the present state, where there is one (409).
    #[error("{sentence}")]
    Conflict {
        /// What happened.
        sentence: Sentence,
        /// The present state of the thing.
        current: Option<Box<Value>>,
    },
    /// The body is larger than what is taken (413).
    #[error("{0}")]
    TooLarge(Sentence),
    /// Readable, but not acceptable (422).
    #[error("{0}")]
    Refused(Sentence),
    /// The message may not go (422); `reasons` says why, for programs and people.
    #[error("{}", joined(.sentences))]
    MayNotSend {
        /// What is in the way and what to do.
        sentences: Vec<Sentence>,
        /// The reasons, as the API shows them.
        reasons: Box<Value>,
    },
    /// Too often (429); try again after so many seconds.
    #[error("{}", joined(.sentences))]
    TooMany {
        /// What happened, and what to do.
        sentences: Vec<Sentence>,
        /// Seconds until the next try is worth it.
        retry_after: u64,
    },
    /// A dependency did not answer in time; nothing was changed (503).
    #[error("{}", sentences::partyline::busy())]
    Busy(#[source] Cause),
    /// A fault of ours (500).
    #[error("{}", sentences::partyline::failed())]
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
        Self::NotFound(sentences::conversation::missing())
    }

    /// There is no such message in the conversation (any more).
    pub fn no_message() -> Self {
        Self::NotFound(sentences::message::missing())
    }

    /// Somebody else was faster, and there is nothing to show of it.
    pub fn conflict(sentence: Sentence) -> Self {
        Self::Conflict { sentence, current: None }
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

    /// `problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, the `sentences` that the detail is, `code`,
    /// `current` on a conflict, and `reasons` where a message may not go.
    pub fn problem(&self) -> Value {
        let sentences = self.sentences();
        let views: Vec<SentenceView> = sentences.iter().map(Sentence::view).collect();
        let mut problem = Map::new();
        problem.insert("type".to_owned(), json!("about:blank"));
        problem.insert("title".to_owned(), json!(self.title()));
        problem.insert("status".to_owned(), json!(self.status()));
        problem.insert("detail".to_owned(), json!(joined(&sentences)));
        problem.insert("sentences".to_owned(), json!(views));
        problem.insert("code".to_owned(), json!(self.code()));
        if let Self::Conflict { current: Some(current), .. } = self {
            problem.insert("current".to_owned(), (**current).clone());
        }
        if let Self::MayNotSend { reasons, .. } = self {
            problem.insert("reasons".to_owned(), (**reasons).clone());
        }
        Value::Object(problem)
    }

    /// What the person reads. The configuration is not for everybody's eyes.
    fn sentences(&self) -> Vec<Sentence> {
        match self {
            Self::Malformed(sentence)
            | Self::SignedOut(sentence)
            | Self::NotAllowed(sentence)
            | Self::NotFound(sentence)
            | Self::Conflict { sentence, .. }
            | Self::TooLarge(sentence)
            | Self::Refused(sentence) => vec![sentence.clone()],
            Self::MayNotSend { sentences, .. } | Self::TooMany { sentences, .. } => {
                sentences.clone()
            }
            Self::Busy(_) => vec![sentences::partyline::busy()],
            Self::Failed(_) => vec![sentences::partyline::failed()],
            Self::Configuration { .. } => vec![sentences::partyline::not_set_up()],
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
