//! `/v1/Subscriptions`: which events are posted to a sink.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::super::error::TwilioApiError;
use super::super::form::Form;
use super::page::PageQuery;
use super::params::{date, is_sid, require_account, required};
use super::sinks;
use crate::product::Product;
use crate::state::SimulatorState;
use crate::store::streams::{self, SubscribedType, Subscription};
use crate::streams::event;

type JsonResult = Result<Json<Value>, TwilioApiError>;

/// Subscribes a sink to event types.
pub(super) async fn create(
    State(state): State<Arc<SimulatorState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), TwilioApiError> {
    require_account(&state, &headers)?;
    let form = Form::parse(&body);
    let description = required(&form, "Description")?.to_owned();
    let sink = required(&form, "SinkSid")?;
    if !is_sid(sink, "DG") {
        return Err(TwilioApiError::bad_request(91006, "The sink sid is in an invalid format"));
    }
    let sink = sinks::find(&state, sink)?.sid;
    let types = parse_types(&form)?;
    let now = state.now();
    let sid = state.new_sid("DF");
    let subscription = Subscription { sid, sink, description, created_at: now, updated_at: now };
    state.store.transaction(|db| {
        streams::put_subscription(db, &subscription)?;
        types
            .iter()
            .try_for_each(|event_type| streams::subscribe(db, &subscription.sid, event_type))
    })?;
    Ok((StatusCode::CREATED, Json(view(&state, &subscription))))
}

/// Lists the subscriptions, in the order of creation.
pub(super) async fn list(
    State(state): State<Arc<SimulatorState>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> JsonResult {
    require_account(&state, &headers)?;
    let page_query = PageQuery::parse(query.as_deref())?;
    let mut subscriptions = state.store.with(streams::list_subscriptions)?;
    subscriptions.retain(|subscription| {
        page_query.filter("SinkSid").is_none_or(|sink| sink == subscription.sink)
    });
    let views = subscriptions.iter().map(|subscription| view(&state, subscription)).collect();
    Ok(Json(page_query.page_json(&state, "/v1/Subscriptions", "subscriptions", views)))
}

/// Returns one subscription.
pub(super) async fn fetch(
    State(state): State<Arc<SimulatorState>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> JsonResult {
    require_account(&state, &headers)?;
    Ok(Json(view(&state, &find(&state, &sid)?)))
}

/// Changes the description of a subscription.
pub(super) async fn update(
    State(state): State<Arc<SimulatorState>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> JsonResult {
    require_account(&state, &headers)?;
    let mut subscription = find(&state, &sid)?;
    if let Some(description) = Form::parse(&body).get("Description") {
        description.clone_into(&mut subscription.description);
    }
    subscription.updated_at = state.now();
    state.store.with(|db| streams::put_subscription(db, &subscription))?;
    Ok(Json(view(&state, &subscription)))
}

/// Deletes a subscription.
///
/// Its sink stays.
pub(super) async fn delete(
    State(state): State<Arc<SimulatorState>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, TwilioApiError> {
    require_account(&state, &headers)?;
    let subscription = find(&state, &sid)?;
    state.store.transaction(|db| streams::delete_subscription(db, &subscription.sid))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the event types of a subscription.
pub(super) async fn types(
    State(state): State<Arc<SimulatorState>>,
    Path(sid): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> JsonResult {
    require_account(&state, &headers)?;
    let page_query = PageQuery::parse(query.as_deref())?;
    let subscription = find(&state, &sid)?;
    let path = format!("/v1/Subscriptions/{}/SubscribedEvents", subscription.sid);
    let base = state.product_url(Product::Events);
    let types = state.store.with(|db| streams::list_subscribed_types(db, &subscription.sid))?;
    let views = types.iter().map(|subscribed| {
        json!({
            "account_sid": state.account_sid,
            "type": subscribed.kind,
            "schema_version": subscribed.schema_version,
            "subscription_sid": subscription.sid,
            "url": format!("{base}{path}/{}", subscribed.kind),
        })
    });
    Ok(Json(page_query.page_json(&state, &path, "types", views.collect())))
}

/// Parses the event types in `form`: at least one, each known and at most once.
fn parse_types(form: &Form) -> Result<Vec<SubscribedType>, TwilioApiError> {
    let mut types: Vec<SubscribedType> = Vec::new();
    for type_text in form.all("Types") {
        let event_type: SubscribedType = serde_json::from_str(&type_text).map_err(|_| {
            let message =
                format!("Types must be JSON objects with type and schema_version, not {type_text}");
            TwilioApiError::bad_request(20001, message)
        })?;
        if !event::TYPES.contains(&&*event_type.kind) {
            return Err(TwilioApiError::bad_request(
                91104,
                format!("Event type not found: {}", event_type.kind),
            ));
        }
        if types.iter().any(|existing| existing.kind == event_type.kind) {
            let message = "Subscription could not be created: event types are duplicated";
            return Err(TwilioApiError::bad_request(91101, message));
        }
        types.push(event_type);
    }
    if types.is_empty() {
        return Err(TwilioApiError::bad_request(91103, "Event type list is empty"));
    }
    Ok(types)
}

fn find(state: &SimulatorState, sid: &str) -> Result<Subscription, TwilioApiError> {
    let subscriptions = state.store.with(streams::list_subscriptions)?;
    let subscription = subscriptions.into_iter().find(|subscription| subscription.sid == sid);
    subscription.ok_or_else(|| TwilioApiError::new(404, 91102, "Subscription could not be found"))
}

fn view(state: &SimulatorState, subscription: &Subscription) -> Value {
    let base = state.product_url(Product::Events);
    let url = format!("{base}/v1/Subscriptions/{}", subscription.sid);
    json!({
        "account_sid": state.account_sid,
        "date_created": date(subscription.created_at),
        "date_updated": date(subscription.updated_at),
        "description": subscription.description,
        "links": { "subscribed_events": format!("{url}/SubscribedEvents") },
        "sid": subscription.sid,
        "sink_sid": subscription.sink,
        "url": url,
    })
}
