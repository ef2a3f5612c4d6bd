//! HTTP Basic authentication with account SID and auth token.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use data_encoding::BASE64;

use super::error::TwilioApiError;
use crate::state::SimulatorState;

/// Rejects requests without valid credentials or for another account.
pub(super) fn authorize(
    state: &SimulatorState,
    account: &str,
    headers: &HeaderMap,
) -> Result<(), TwilioApiError> {
    let credentials = headers
        .get(AUTHORIZATION)
        .and_then(|header| header.to_str().ok())
        .and_then(|header| header.strip_prefix("Basic "))
        .and_then(|encoded| BASE64.decode(encoded.trim().as_bytes()).ok());
    let expected = format!("{}:{}", state.account_sid, state.auth_token);
    if credentials.as_deref() == Some(expected.as_bytes()) && account == state.account_sid {
        Ok(())
    } else {
        Err(TwilioApiError::unauthenticated())
    }
}
