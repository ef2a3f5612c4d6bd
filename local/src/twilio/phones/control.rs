//! The control surface: faults armed from outside the process, and what was seen.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::twilio::exchange::Exchange;
use crate::twilio::rule::Rule;
use crate::twilio::script::{CallbackFault, CreateFault, InboundFault, Limits, MediaFault, Pace};

/// One order to the script, for example
/// `{"on": "create", "body": "third", "lasting_ms": 120000, "fault": {"kind": "answer", "status": 429}}`.
#[derive(Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub(super) enum Arm {
    /// Calls that create messages.
    Create(Rule<CreateFault>),
    /// Status callbacks.
    Callback(Rule<CallbackFault>),
    /// Webhooks of inbound messages.
    Inbound(Rule<InboundFault>),
    /// Whoever fetches a file.
    Media(Rule<MediaFault>),
    /// Whether the Messaging Service tells what a keyword meant.
    AdvancedOptOut {
        /// Whether it does.
        enabled: bool,
    },
    /// The carrier's speed.
    Pace(Pace),
    /// How much the account may.
    Limits(Limits),
    /// The API's port, closed or open.
    Port {
        /// Whether every connection is refused.
        refuse: bool,
    },
}

/// Arms a fault.
pub(super) async fn arm(
    State(exchange): State<Arc<Exchange>>,
    Json(order): Json<Arm>,
) -> StatusCode {
    match order {
        Arm::Create(rule) => exchange.script.on_create(rule),
        Arm::Callback(rule) => exchange.script.on_callback(rule),
        Arm::Inbound(rule) => exchange.script.on_inbound(rule),
        Arm::Media(rule) => exchange.script.on_media(rule),
        Arm::AdvancedOptOut { enabled } => exchange.script.set_advanced_opt_out(enabled),
        Arm::Pace(pace) => exchange.script.set_pace(pace),
        Arm::Limits(limits) => exchange.script.set_limits(limits),
        Arm::Port { refuse } => exchange.script.refuse_connections(refuse),
    }
    StatusCode::NO_CONTENT
}

/// Disarms everything.
pub(super) async fn disarm(State(exchange): State<Arc<Exchange>>) -> StatusCode {
    exchange.script.clear();
    StatusCode::NO_CONTENT
}

/// What was seen since the start, and how much work is left.
pub(super) async fn seen(State(exchange): State<Arc<Exchange>>) -> Json<Value> {
    Json(json!({
        "creates": exchange.observed.creates(),
        "webhooks": exchange.observed.webhooks(),
        "events": exchange.observed.events(),
        "left": *exchange.left.borrow(),
    }))
}
