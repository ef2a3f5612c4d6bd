//! Parameters and checks that sinks and subscriptions have in common.

use axum::http::HeaderMap;
use jiff::Timestamp;

use super::super::authorize::authorize;
use super::super::error::TwilioApiError;
use super::super::form::Form;
use crate::state::SimulatorState;

/// Lets the account's owner pass.
pub(super) fn require_account(
    state: &SimulatorState,
    headers: &HeaderMap,
) -> Result<(), TwilioApiError> {
    authorize(state, &state.account_sid, headers)
}

/// The parameter called `name`, which has to be there.
pub(super) fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, TwilioApiError> {
    form.get(name).ok_or_else(|| {
        TwilioApiError::bad_request(
            20001,
            format!("Missing required parameter {name} in the post body"),
        )
    })
}

/// A moment by ISO 8601, in whole seconds.
pub(super) fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Whether `text` is a SID that begins with `kind`.
pub(super) fn is_sid(text: &str, kind: &str) -> bool {
    text.strip_prefix(kind).is_some_and(|digits| {
        digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
