//! How the phones API says no: RFC 9457 problem details.

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use shared::sentences::Sentence;

use super::sentences::network as say;

/// A refused call, in a sentence for the person at the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    sentence: Sentence,
}

impl Problem {
    /// What was asked cannot be.
    pub(super) fn invalid(sentence: Sentence) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, sentence }
    }

    /// What was asked cannot be now.
    pub(super) fn conflict(sentence: Sentence) -> Self {
        Self { status: StatusCode::CONFLICT, sentence }
    }

    /// There is no such thing.
    pub(super) fn missing(sentence: Sentence) -> Self {
        Self { status: StatusCode::NOT_FOUND, sentence }
    }

    /// The phone of another machine was not let in.
    pub fn no_guest() -> Self {
        Self { status: StatusCode::FORBIDDEN, sentence: say::no_guest() }
    }

    /// Somebody else was let in by this link.
    pub fn link_used() -> Self {
        Self { status: StatusCode::FORBIDDEN, sentence: say::link_used() }
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(problem: rusqlite::Error) -> Self {
        tracing::error!(%problem, "The simulator's file failed");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, sentence: say::broken() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "detail": self.sentence.to_string(),
            "sentences": [self.sentence.view()],
        });
        let mut response = (self.status, Json(body)).into_response();
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}
