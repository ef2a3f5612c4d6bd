//! `/v1/Sinks`: the sinks of Event Streams.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::super::error::TwilioApiError;
use super::super::form::Form;
use super::page::PageQuery;
use super::params::{date, require_account, required};
use super::sink::parse_sink_config;
use crate::product::Product;
use crate::state::SimulatorState;
use crate::store::streams::{self, Sink};
use crate::streams::event;

/// The maximum number of sinks of an account, as at Twilio.
const MAX_SINKS: usize = 100;
/// The status of every sink: a webhook sink needs no test to be active.
const STATUS: &str = "active";

type JsonResult = Result<Json<Value>, TwilioApiError>;

/// Creates a sink.
pub(super) async fn create(
    State(state): State<Arc<SimulatorState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), TwilioApiError> {
    require_account(&state, &headers)?;
    let form = Form::parse(&body);
    let description = required(&form, "Description")?.to_owned();
    let configuration = parse_sink_config(&state, &form)?;
    let now = state.now();
    let sink = Sink {
        sid: state.new_sid("DG"),
        description,
        configuration,
        test: None,
        created_at: now,
        updated_at: now,
    };
    let is_full = state.store.transaction(|db| {
        let has_max_sinks = streams::list_sinks(db)?.len() >= MAX_SINKS;
        if !has_max_sinks {
            streams::put_sink(db, &sink)?;
        }
        Ok(has_max_sinks)
    })?;
    if is_full {
        return Err(TwilioApiError::bad_request(91003, "Account reached the max sink limit"));
    }
    Ok((StatusCode::CREATED, Json(view(&state, &sink))))
}

/// Lists the sinks, in the order of creation.
pub(super) async fn list(
    State(state): State<Arc<SimulatorState>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> JsonResult {
    require_account(&state, &headers)?;
    let page_query = PageQuery::parse(query.as_deref())?;
    let (sinks, subscriptions) =
        state.store.with(|db| Ok((streams::list_sinks(db)?, streams::list_subscriptions(db)?)))?;
    let in_use =
        |sink: &Sink| subscriptions.iter().any(|subscription| subscription.sink == sink.sid);
    let in_use_filter = page_query.filter("InUse").map(|used| used == "true");
    let visible = sinks
        .iter()
        .filter(|sink| in_use_filter.is_none_or(|expected| in_use(sink) == expected))
        .filter(|_| page_query.filter("Status").is_none_or(|status| status == STATUS))
        .map(|sink| view(&state, sink));
    Ok(Json(page_query.page_json(&state, "/v1/Sinks", "sinks", visible.collect())))
}

/// Returns one sink.
pub(super) async fn fetch(
    State(state): State<Arc<SimulatorState>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> JsonResult {
    require_account(&state, &headers)?;
    Ok(Json(view(&state, &find(&state, &sid)?)))
}

/// Changes the description of a sink.
pub(super) async fn update(
    State(state): State<Arc<SimulatorState>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> JsonResult {
    require_account(&state, &headers)?;
    let mut sink = find(&state, &sid)?;
    required(&Form::parse(&body), "Description")?.clone_into(&mut sink.description);
    sink.updated_at = state.now();
    state.store.with(|db| streams::put_sink(db, &sink))?;
    Ok(Json(view(&state, &sink)))
}

/// Deletes a sink that has no subscriptions.
pub(super) async fn delete(
    State(state): State<Arc<SimulatorState>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, TwilioApiError> {
    require_account(&state, &headers)?;
    let sink = find(&state, &sid)?;
    let in_use = state.store.transaction(|db| {
        let is_used = streams::list_subscriptions(db)?
            .iter()
            .any(|subscription| subscription.sink == sink.sid);
        if !is_used {
            streams::delete_sink(db, &sink.sid)?;
        }
        Ok(is_used)
    })?;
    state.work_changed();
    if in_use {
        return Err(TwilioApiError::bad_request(
            91007,
            "Sink cannot be deleted because it is still in use",
        ));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Posts a test event to a sink.
pub(super) async fn test(
    State(state): State<Arc<SimulatorState>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Value>), TwilioApiError> {
    require_account(&state, &headers)?;
    let mut sink = find(&state, &sid)?;
    let id = state.new_sid("");
    sink.test = Some(id.clone());
    state.store.transaction(|db| {
        streams::put_sink(db, &sink)?;
        event::emit_test(&state, db, &sink.sid, &id)
    })?;
    state.work_changed();
    Ok((StatusCode::CREATED, Json(json!({ "result": "submitted" }))))
}

/// Returns whether `TestId` is the ID of the last test event.
pub(super) async fn validate(
    State(state): State<Arc<SimulatorState>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), TwilioApiError> {
    require_account(&state, &headers)?;
    let sink = find(&state, &sid)?;
    let form = Form::parse(&body);
    let is_valid = sink.test.as_deref() == Some(required(&form, "TestId")?);
    let result = if is_valid { "valid" } else { "invalid" };
    Ok((StatusCode::CREATED, Json(json!({ "result": result }))))
}

/// Returns the sink `sid`.
pub(super) fn find(state: &SimulatorState, sid: &str) -> Result<Sink, TwilioApiError> {
    let sink = state.store.with(|db| streams::get_sink(db, sid))?;
    sink.ok_or_else(|| TwilioApiError::new(404, 91001, "Sink could not be found"))
}

fn view(state: &SimulatorState, sink: &Sink) -> Value {
    let url = format!("{}/v1/Sinks/{}", state.product_url(Product::Events), sink.sid);
    json!({
        "date_created": date(sink.created_at),
        "date_updated": date(sink.updated_at),
        "description": sink.description,
        "sid": sink.sid,
        "sink_configuration": sink.configuration,
        "sink_type": "webhook",
        "status": STATUS,
        "url": url,
        "links": { "sink_test": format!("{url}/Test"), "sink_validate": format!("{url}/Validate") },
    })
}
