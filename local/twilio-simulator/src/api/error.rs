//! How Twilio says no: `{"code", "message", "more_info", "status"}`.

use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A refused call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TwilioApiError {
    pub(crate) status: u16,
    pub(crate) code: u32,
    pub(crate) message: String,
    /// Seconds after which the call may be made again.
    pub(crate) retry_after: Option<u32>,
}

impl TwilioApiError {
    /// Any refusal.
    pub(crate) fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    /// A request that Twilio understands and refuses: 400 with `code`.
    pub(crate) fn bad_request(code: u32, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// Wrong credentials, or another account's.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(401, 20003, "Authenticate")
    }

    /// No such resource.
    pub(crate) fn not_found(path: &str) -> Self {
        Self::new(404, 20404, format!("The requested resource {path} was not found"))
    }

    /// The resource is still in use.
    pub(crate) fn not_final() -> Self {
        Self::new(409, 20009, "The message cannot be changed before its delivery is complete")
    }

    /// An HTTP status by script.
    pub(crate) fn from_script(status: u16) -> Self {
        let message = if status == 429 { "Too Many Requests" } else { "Service is not available" };
        Self::new(status, 20_000 + u32::from(status), message)
    }

    /// The sender has as much to send as its queue holds.
    pub(crate) fn queue_full() -> Self {
        Self::bad_request(
            21611,
            "This 'From' number has exceeded the maximum number of queued messages.",
        )
    }

    /// Too many requests: again after so many seconds.
    pub(crate) fn rate_limited(seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..Self::from_script(429) }
    }
}

impl From<rusqlite::Error> for TwilioApiError {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "The simulator's file failed");
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
