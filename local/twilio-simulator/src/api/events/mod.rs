//! `/v1/…` as `events.twilio.com` answers it: where Event Streams go, and which.
//!
//! - `sinks`, `subscriptions`: one file each; `sink`: what a new one may be; `page`: how both are listed.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use jiff::Timestamp;

use super::authorize;
use super::error::TwilioApiError;
use super::form::Form;
use crate::state::SimulatorState;

mod page;
mod sink;
mod sinks;
mod subscriptions;

/// The routes.
pub(super) fn router() -> Router<Arc<SimulatorState>> {
    let sink = get(sinks::fetch).post(sinks::update).delete(sinks::delete);
    let subscription =
        get(subscriptions::fetch).post(subscriptions::update).delete(subscriptions::delete);
    Router::new()
        .route("/v1/Sinks", get(sinks::list).post(sinks::create))
        .route("/v1/Sinks/{sid}", sink)
        .route("/v1/Sinks/{sid}/Test", post(sinks::test))
        .route("/v1/Sinks/{sid}/Validate", post(sinks::validate))
        .route("/v1/Subscriptions", get(subscriptions::list).post(subscriptions::create))
        .route("/v1/Subscriptions/{sid}", subscription)
        .route("/v1/Subscriptions/{sid}/SubscribedEvents", get(subscriptions::types))
}

/// Lets the account's owner pass.
fn require_account(state: &SimulatorState, headers: &HeaderMap) -> Result<(), TwilioApiError> {
    authorize(state, &state.account_sid, headers)
}

/// The parameter called `name`, which has to be there.
fn required<'a>(form: &'a Form, name: &str) -> Result<&'a str, TwilioApiError> {
    form.get(name).ok_or_else(|| {
        TwilioApiError::bad_request(
            20001,
            format!("Missing required parameter {name} in the post body"),
        )
    })
}

/// A moment by ISO 8601, in whole seconds.
fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Whether `text` is a SID that begins with `kind`.
fn is_sid(text: &str, kind: &str) -> bool {
    text.strip_prefix(kind).is_some_and(|digits| {
        digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
