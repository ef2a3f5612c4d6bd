//! How Twilio says no: `{"code", "message", "more_info", "status"}`.

use axum::Json;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A refused call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) message: String,
}

impl Refusal {
    /// A request that Twilio understands and refuses: 400 with `code`.
    pub(super) fn bad(code: u32, message: impl Into<String>) -> Self {
        Self { status: 400, code, message: message.into() }
    }

    /// Wrong credentials, or another account's.
    pub(super) fn unauthenticated() -> Self {
        Self { status: 401, code: 20003, message: "Authenticate".to_owned() }
    }

    /// No such resource.
    pub(super) fn not_found(path: &str) -> Self {
        let message = format!("The requested resource {path} was not found");
        Self { status: 404, code: 20404, message }
    }

    /// The resource is still in use.
    pub(super) fn unfinished() -> Self {
        let message = "The message cannot be changed before its delivery is complete".to_owned();
        Self { status: 409, code: 20009, message }
    }

    /// An HTTP status by script.
    pub(super) fn scripted(status: u16) -> Self {
        let message = if status == 429 { "Too Many Requests" } else { "Service is not available" };
        Self { status, code: 20_000 + u32::from(status), message: message.to_owned() }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(problem: rusqlite::Error) -> Self {
        tracing::error!(%problem, "The simulator's file failed");
        Self { status: 500, code: 20500, message: "Internal server error".to_owned() }
    }
}

impl IntoResponse for Refusal {
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
        response
    }
}
