//! The errors of the REST API: `{"code", "message", "more_info", "status"}`.

use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A rejected request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TwilioApiError {
    pub(crate) status: u16,
    pub(crate) code: u32,
    pub(crate) message: String,
    /// Seconds until the request may be retried.
    pub(crate) retry_after: Option<u32>,
}

impl TwilioApiError {
    /// Creates an error.
    pub(crate) fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// The request is invalid: 400 with `code`.
    pub(crate) fn bad_request(code: u32, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// The credentials are missing or wrong: 401.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(401, 20003, "Authenticate")
    }

    /// The resource does not exist: 404.
    pub(crate) fn not_found(path: &str) -> Self {
        Self::new(404, 20404, format!("The requested resource {path} was not found"))
    }

    /// The delivery of the message has not ended: 409.
    pub(crate) fn not_final() -> Self {
        Self::new(409, 20009, "The message cannot be changed before its delivery is complete")
    }

    /// A scripted HTTP status.
    pub(crate) fn from_script(status: u16) -> Self {
        let message = if status == 429 { "Too Many Requests" } else { "Service is not available" };
        Self::new(status, 20_000 + u32::from(status), message)
    }

    /// The sender's queue is full: 21611.
    pub(crate) fn queue_full() -> Self {
        Self::bad_request(
            21611,
            "This 'From' number has exceeded the maximum number of queued messages.",
        )
    }

    /// Too many requests: 429 with `Retry-After`.
    pub(crate) fn rate_limited(seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..Self::from_script(429) }
    }
}

impl From<rusqlite::Error> for TwilioApiError {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "Simulator store failed");
        Self::new(500, 20500, "Internal server error")
    }
}

impl IntoResponse for TwilioApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": status.as_u16(),
        });
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Twilio API\""));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
