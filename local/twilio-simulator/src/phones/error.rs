//! The errors of the phones API, as RFC 9457 problem details.

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use shared::localized::LocalizedText;

use super::catalog::network as texts;

/// A rejected request, with a text for the user of the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneApiError {
    status: StatusCode,
    text: LocalizedText,
}

impl PhoneApiError {
    /// The request is invalid: 422.
    pub(super) fn invalid(text: LocalizedText) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, text }
    }

    /// The request is not possible in the present state: 409.
    pub(super) fn conflict(text: LocalizedText) -> Self {
        Self { status: StatusCode::CONFLICT, text }
    }

    /// The object does not exist: 404.
    pub(super) fn not_found(text: LocalizedText) -> Self {
        Self { status: StatusCode::NOT_FOUND, text }
    }

    /// The phone of another machine has no access: 403.
    pub fn access_required() -> Self {
        Self { status: StatusCode::FORBIDDEN, text: texts::access_required() }
    }

    /// The phone link was already used: 403.
    pub fn link_used() -> Self {
        Self { status: StatusCode::FORBIDDEN, text: texts::link_used() }
    }
}

impl From<rusqlite::Error> for PhoneApiError {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "Simulator store failed");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, text: texts::broken() }
    }
}

impl IntoResponse for PhoneApiError {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "detail": self.text.to_string(),
            "localized_detail": [self.text.view()],
        });
        let mut response = (self.status, Json(body)).into_response();
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}
