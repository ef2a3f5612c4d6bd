//! The control surface: faults armed from outside the process, and what was seen.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::rule::FaultRule;
use crate::script::{CallbackFault, CreateFault, InboundFault, Limits, MediaFault, Pace};
use crate::state::SimulatorState;

/// One order to the script, for example
/// `{"on": "create", "body": "third", "lasting_ms": 120000, "fault": {"kind": "answer", "status": 429}}`.
#[derive(Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub(super) enum ScriptCommand {
    /// Calls that create messages.
    Create(FaultRule<CreateFault>),
    /// Status callbacks.
    Callback(FaultRule<CallbackFault>),
    /// Webhooks of inbound messages.
    Inbound(FaultRule<InboundFault>),
    /// Whoever fetches a file.
    Media(FaultRule<MediaFault>),
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
    State(state): State<Arc<SimulatorState>>,
    Json(command): Json<ScriptCommand>,
) -> StatusCode {
    match command {
        ScriptCommand::Create(rule) => state.script.on_create(rule),
        ScriptCommand::Callback(rule) => state.script.on_callback(rule),
        ScriptCommand::Inbound(rule) => state.script.on_inbound(rule),
        ScriptCommand::Media(rule) => state.script.on_media(rule),
        ScriptCommand::AdvancedOptOut { enabled } => state.script.set_advanced_opt_out(enabled),
        ScriptCommand::Pace(pace) => state.script.set_pace(pace),
        ScriptCommand::Limits(limits) => state.script.set_limits(limits),
        ScriptCommand::Port { refuse } => state.script.refuse_connections(refuse),
    }
    StatusCode::NO_CONTENT
}

/// Disarms everything.
pub(super) async fn disarm(State(state): State<Arc<SimulatorState>>) -> StatusCode {
    state.script.clear();
    StatusCode::NO_CONTENT
}

/// What was seen since the start, and how much work is left.
pub(super) async fn observed(State(state): State<Arc<SimulatorState>>) -> Json<Value> {
    Json(json!({
        "creates": state.observed.creates(),
        "webhooks": state.observed.webhooks(),
        "events": state.observed.events(),
        "left": *state.remaining_work.borrow(),
    }))
}
