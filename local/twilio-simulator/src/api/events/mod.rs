//! `/v1/…`: the sinks and subscriptions of Event Streams, as `events.twilio.com` serves them.
//!
//! - `sinks`, `subscriptions`: the routes; `sink`: the validation of a sink; `page`: lists.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::state::SimulatorState;

mod page;
mod params;
mod sink;
mod sinks;
mod subscriptions;

/// Returns the routes.
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
