//! The limit of concurrent API calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::TwilioApiError;
use crate::state::SimulatorState;

/// Counts one API call until it is dropped.
struct InFlightGuard<'a>(&'a AtomicUsize);

impl Drop for InFlightGuard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Responds with 429 while too many calls are in flight, and adds their number to every response.
pub(super) async fn limit_concurrency(
    State(state): State<Arc<SimulatorState>>,
    request: Request,
    next: Next,
) -> Response {
    let calls = &state.send_queue.calls;
    let in_flight = calls.fetch_add(1, Ordering::Relaxed) + 1;
    let guard = InFlightGuard(calls);
    let mut response = if in_flight > state.script.limits().concurrent {
        TwilioApiError::from_script(429).into_response()
    } else {
        next.run(request).await
    };
    drop(guard);
    response.headers_mut().insert("twilio-concurrent-requests", HeaderValue::from(in_flight));
    response
}
