//! Parameters and checks that sinks and subscriptions share.

use axum::http::HeaderMap;
use jiff::Timestamp;

use super::super::authorize::authorize;
use super::super::error::TwilioApiError;
use super::super::form::Form;
use crate::state::SimulatorState;

/// Rejects requests without the account's credentials.
pub(super) fn require_account(
    state: &SimulatorState,
    headers: &HeaderMap,
) -> Result<(), TwilioApiError> {
    authorize(state, &state.account_sid, headers)
}

/// Returns the parameter `name`, or an error if it is missing.
pub(super) fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, TwilioApiError> {
    form.get(name).ok_or_else(|| {
        TwilioApiError::bad_request(
            20001,
            format!("Missing required parameter {name} in the post body"),
        )
    })
}

/// Formats a time as ISO 8601 in whole seconds.
pub(super) fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Returns whether `text` is a SID with the prefix `kind`.
pub(super) fn is_sid(text: &str, kind: &str) -> bool {
    text.strip_prefix(kind).is_some_and(|digits| {
        digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
