//! `POST …/Messages.json`: creates a message to a phone.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::authorize::authorize;
use super::error::TwilioApiError;
use super::form::Form;
use super::resource;
use super::validate::validate_create;
use crate::address;
use crate::listener::ConnectionControl;
use crate::message::Message;
use crate::observed::ObservedCreate;
use crate::outbound::{self, CreateRequest};
use crate::rule::Call;
use crate::script::CreateFault;
use crate::state::SimulatorState;
use crate::store::work;

/// Creates or rejects a message by Twilio's rules and the scripted faults.
pub(super) async fn create(
    State(state): State<Arc<SimulatorState>>,
    Path(account): Path<String>,
    ConnectInfo(connection): ConnectInfo<ConnectionControl>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, TwilioApiError> {
    authorize(&state, &account, &headers)?;
    let form = Form::parse(&body);
    let to = form.get("To").and_then(address::parse).unwrap_or_default();
    let text = form.get("Body").unwrap_or_default();
    let call = Call { number: &to, body: text, status: None };
    let fault = state.script.next_create_fault(call, state.now());

    let observed = |sid| ObservedCreate {
        to: to.clone(),
        body: text.to_owned(),
        sid,
        at: state.now().as_millisecond(),
    };
    match fault {
        Some(CreateFault::Respond { status }) => {
            state.observed.record_create(observed(None));
            return Err(TwilioApiError::from_script(status));
        }
        Some(CreateFault::Busy { seconds }) => {
            state.observed.record_create(observed(None));
            return Err(TwilioApiError::rate_limited(seconds));
        }
        Some(CreateFault::Cut) => {
            state.observed.record_create(observed(None));
            connection.cut();
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        Some(CreateFault::Slow { by }) => state.clock.sleep(by).await,
        _ => {}
    }
    let accepted = validate_create(&state, &form).and_then(|request| {
        let skip_delays = fault == Some(CreateFault::CallbacksFirst);
        let wait = if skip_delays { Duration::ZERO } else { send_delay(&state, &request)? };
        Ok(outbound::accept(
            &state,
            CreateRequest { hurried: skip_delays, send_delay: wait, ..request },
        )?)
    });
    state
        .observed
        .record_create(observed(accepted.as_ref().ok().map(|message| message.sid.clone())));
    let message = accepted?;
    apply_response_fault(&state, &connection, &message, fault).await;
    let body = Json(resource::resource(&state.account_sid, &message));
    Ok((StatusCode::CREATED, body).into_response())
}

/// Returns how long the message waits in the queue of its sender.
fn send_delay(state: &SimulatorState, request: &CreateRequest) -> Result<Duration, TwilioApiError> {
    if request.extras.send_at.is_some() {
        return Ok(Duration::ZERO);
    }
    let (now, interval) = (state.now(), state.script.limits().interval);
    let slot = state
        .send_queue
        .next_slot(&request.from, now, interval)
        .ok_or_else(TwilioApiError::queue_full)?;
    Ok(Duration::try_from(slot.duration_since(now)).unwrap_or_default())
}

/// Applies the scripted fault to the response of an accepted message.
async fn apply_response_fault(
    state: &SimulatorState,
    connection: &ConnectionControl,
    message: &Message,
    fault: Option<CreateFault>,
) {
    match fault {
        Some(CreateFault::DropResponse) => connection.cut(),
        Some(CreateFault::Stall) => {
            let mut stopping = state.stopping.subscribe();
            // Ends when the caller gives up or the simulator stops.
            let _ = stopping.wait_for(|stopping| *stopping).await;
            connection.cut();
        }
        Some(CreateFault::LateResponse { by }) => state.clock.sleep(by).await,
        Some(CreateFault::CallbacksFirst) => wait_until_posted(state, message).await,
        _ => {}
    }
}

/// Waits until the message has no tasks left.
async fn wait_until_posted(state: &SimulatorState, message: &Message) {
    let mut remaining = state.remaining_work.subscribe();
    // Not queried inside `changed`: the count is sent under the store's lock.
    while state.store.with(|db| work::has_work_for(db, &message.sid)).unwrap_or(false) {
        if remaining.changed().await.is_err() {
            return;
        }
    }
}
