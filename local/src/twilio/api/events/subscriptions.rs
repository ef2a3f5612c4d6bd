//! `/v1/Subscriptions`: which events go to a sink.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use shared::ids::{Ids, RandomIds};

use super::super::form::Form;
use super::super::refusal::Refusal;
use super::page::Asked;
use super::{date, is_sid, owner, required, sinks};
use crate::twilio::exchange::Exchange;
use crate::twilio::store::streams::{self, Subscribed, Subscription};
use crate::twilio::streams::event;

type Answer = Result<Json<Value>, Refusal>;

/// Subscribes a sink to types of events.
pub(super) async fn create(
    State(exchange): State<Arc<Exchange>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    owner(&exchange, &headers)?;
    let form = Form::parse(&body);
    let description = required(&form, "Description")?.to_owned();
    let sink = required(&form, "SinkSid")?;
    if !is_sid(sink, "DG") {
        return Err(Refusal::bad(91006, "The sink sid is in an invalid format"));
    }
    let sink = sinks::find(&exchange, sink)?.sid;
    let types = types_of(&form)?;
    let now = exchange.now();
    let sid = format!("DF{:032x}", RandomIds.random());
    let subscription = Subscription { sid, sink, description, created_at: now, updated_at: now };
    exchange.store.transaction(|db| {
        streams::put_subscription(db, &subscription)?;
        types.iter().try_for_each(|to| streams::subscribe(db, &subscription.sid, to))
    })?;
    Ok((StatusCode::CREATED, Json(view(&exchange, &subscription))))
}

/// The subscriptions, in the order of their making.
pub(super) async fn list(
    State(exchange): State<Arc<Exchange>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    owner(&exchange, &headers)?;
    let asked = Asked::parse(query.as_deref())?;
    let mut all = exchange.store.with(streams::subscriptions)?;
    all.retain(|subscription| asked.filter("SinkSid").is_none_or(|sink| sink == subscription.sink));
    let shown = all.iter().map(|subscription| view(&exchange, subscription)).collect();
    Ok(Json(asked.of(&exchange, "/v1/Subscriptions", "subscriptions", shown)))
}

/// One subscription.
pub(super) async fn fetch(
    State(exchange): State<Arc<Exchange>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Answer {
    owner(&exchange, &headers)?;
    Ok(Json(view(&exchange, &find(&exchange, &sid)?)))
}

/// Describes a subscription anew.
pub(super) async fn update(
    State(exchange): State<Arc<Exchange>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    owner(&exchange, &headers)?;
    let mut subscription = find(&exchange, &sid)?;
    if let Some(description) = Form::parse(&body).get("Description") {
        description.clone_into(&mut subscription.description);
    }
    subscription.updated_at = exchange.now();
    exchange.store.with(|db| streams::put_subscription(db, &subscription))?;
    Ok(Json(view(&exchange, &subscription)))
}

/// Ends a subscription; its sink stays.
pub(super) async fn delete(
    State(exchange): State<Arc<Exchange>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    owner(&exchange, &headers)?;
    let subscription = find(&exchange, &sid)?;
    exchange.store.transaction(|db| streams::remove_subscription(db, &subscription.sid))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The types that a subscription is to.
pub(super) async fn types(
    State(exchange): State<Arc<Exchange>>,
    Path(sid): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    owner(&exchange, &headers)?;
    let asked = Asked::parse(query.as_deref())?;
    let subscription = find(&exchange, &sid)?;
    let path = format!("/v1/Subscriptions/{}/SubscribedEvents", subscription.sid);
    let types = exchange.store.with(|db| streams::subscribed(db, &subscription.sid))?;
    let shown = types.iter().map(|one| {
        json!({
            "account_sid": exchange.account_sid,
            "type": one.kind,
            "schema_version": one.schema_version,
            "subscription_sid": subscription.sid,
            "url": format!("{}{path}/{}", exchange.url, one.kind),
        })
    });
    Ok(Json(asked.of(&exchange, &path, "types", shown.collect())))
}

/// The types that `form` asks for: at least one, each of Twilio's messaging types at most once.
fn types_of(form: &Form) -> Result<Vec<Subscribed>, Refusal> {
    let mut types: Vec<Subscribed> = Vec::new();
    for given in form.all("Types") {
        let one: Subscribed = serde_json::from_str(&given).map_err(|_| {
            let words =
                format!("Types must be JSON objects with type and schema_version, not {given}");
            Refusal::bad(20001, words)
        })?;
        if !event::TYPES.contains(&&*one.kind) {
            return Err(Refusal::bad(91104, format!("Event type not found: {}", one.kind)));
        }
        if types.iter().any(|other| other.kind == one.kind) {
            let words = "Subscription could not be created: event types are duplicated";
            return Err(Refusal::bad(91101, words));
        }
        types.push(one);
    }
    if types.is_empty() {
        return Err(Refusal::bad(91103, "Event type list is empty"));
    }
    Ok(types)
}

fn find(exchange: &Exchange, sid: &str) -> Result<Subscription, Refusal> {
    let all = exchange.store.with(streams::subscriptions)?;
    let found = all.into_iter().find(|subscription| subscription.sid == sid);
    found.ok_or_else(|| Refusal::new(404, 91102, "Subscription could not be found"))
}

fn view(exchange: &Exchange, subscription: &Subscription) -> Value {
    let url = format!("{}/v1/Subscriptions/{}", exchange.url, subscription.sid);
    json!({
        "account_sid": exchange.account_sid,
        "date_created": date(subscription.created_at),
        "date_updated": date(subscription.updated_at),
        "description": subscription.description,
        "links": { "subscribed_events": format!("{url}/SubscribedEvents") },
        "sid": subscription.sid,
        "sink_sid": subscription.sink,
        "url": url,
    })
}
