//! The errors of the S3 service.

use axum::http::StatusCode;

use super::signature::SignatureError;

/// The reason why a request is rejected: status, S3's code and a message.
pub(super) struct S3Error(pub(super) StatusCode, pub(super) &'static str, pub(super) String);

impl S3Error {
    /// Returns a 403 with `message`.
    pub(super) fn denied(message: impl Into<String>) -> Self {
        Self(StatusCode::FORBIDDEN, "AccessDenied", message.into())
    }
}

impl From<SignatureError> for S3Error {
    fn from(error: SignatureError) -> Self {
        Self(StatusCode::FORBIDDEN, error.code(), error.to_string())
    }
}

impl From<rusqlite::Error> for S3Error {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "Object store access failed");
        Self(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "Try again.".to_owned())
    }
}
