//! The control API: injects faults from outside the process and returns the observed requests.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::rule::FaultRule;
use crate::script::{CallbackFault, CreateFault, InboundFault, Limits, MediaFault, Pace};
use crate::state::SimulatorState;

/// A command to the script.
///
/// For example `{"on": "create", "body": "third", "lasting_ms": 120000, "fault": {"kind": "respond", "status": 429}}`.
#[derive(Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub(super) enum ScriptCommand {
    /// Add a fault of requests that create messages.
    Create(FaultRule<CreateFault>),
    /// Add a fault of status callbacks.
    Callback(FaultRule<CallbackFault>),
    /// Add a fault of the webhooks of inbound messages.
    Inbound(FaultRule<InboundFault>),
    /// Add a fault of requests for files.
    Media(FaultRule<MediaFault>),
    /// Set whether the Messaging Service reports keywords in webhooks.
    AdvancedOptOut {
        /// Whether it reports them.
        enabled: bool,
    },
    /// Set the carrier's delays.
    Pace(Pace),
    /// Set the account's limits.
    Limits(Limits),
    /// Close or open the API's port.
    Port {
        /// Whether connections are refused.
        refuse: bool,
    },
}

/// Runs a command.
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

/// Removes all faults and restores the default settings.
pub(super) async fn disarm(State(state): State<Arc<SimulatorState>>) -> StatusCode {
    state.script.clear();
    StatusCode::NO_CONTENT
}

/// Returns the requests observed since the start and the number of remaining tasks.
pub(super) async fn observed(State(state): State<Arc<SimulatorState>>) -> Json<Value> {
    Json(json!({
        "creates": state.observed.creates(),
        "webhooks": state.observed.webhooks(),
        "events": state.observed.events(),
        "left": *state.remaining_work.borrow(),
    }))
}
