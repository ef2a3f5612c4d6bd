//! How the phones API says no: RFC 9457 problem details.

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A refused call, in a sentence for the person at the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
}

impl Problem {
    /// What was asked cannot be.
    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, detail: detail.into() }
    }

    /// What was asked cannot be now.
    pub(super) fn conflict(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, detail: detail.into() }
    }

    /// There is no such file.
    pub(super) fn no_file(sid: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, detail: format!("No file {sid} is kept here.") }
    }

    /// There is no phone with this number.
    pub(super) fn no_phone(number: &str) -> Self {
        let detail = format!("No phone with the number {number} stands here.");
        Self { status: StatusCode::NOT_FOUND, detail }
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(problem: rusqlite::Error) -> Self {
        tracing::error!(%problem, "The simulator's file failed");
        let detail = "The simulator's file twilio.db cannot be read or written.".to_owned();
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, detail }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let mut response = (self.status, Json(body)).into_response();
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}
