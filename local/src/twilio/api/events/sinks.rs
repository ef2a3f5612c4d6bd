//! `/v1/Sinks`: where events go.

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
use super::sink::configuration;
use super::{date, owner, required};
use crate::twilio::exchange::Exchange;
use crate::twilio::store::streams::{self, Sink};
use crate::twilio::streams::event;

/// As many as an account has at Twilio.
const MOST: usize = 100;
/// A webhook sink needs no test: it is active at once.
const STATUS: &str = "active";

type Answer = Result<Json<Value>, Refusal>;

/// Makes a sink.
pub(super) async fn create(
    State(exchange): State<Arc<Exchange>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    owner(&exchange, &headers)?;
    let form = Form::parse(&body);
    let description = required(&form, "Description")?.to_owned();
    let configuration = configuration(&exchange, &form)?;
    let now = exchange.now();
    let sink = Sink {
        sid: format!("DG{:032x}", RandomIds.random()),
        description,
        configuration,
        test: None,
        created_at: now,
        updated_at: now,
    };
    let full = exchange.store.transaction(|db| {
        let full = streams::sinks(db)?.len() >= MOST;
        if !full {
            streams::put_sink(db, &sink)?;
        }
        Ok(full)
    })?;
    if full {
        return Err(Refusal::bad(91003, "Account reached the max sink limit"));
    }
    Ok((StatusCode::CREATED, Json(view(&exchange, &sink))))
}

/// The sinks, in the order of their making.
pub(super) async fn list(
    State(exchange): State<Arc<Exchange>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    owner(&exchange, &headers)?;
    let asked = Asked::parse(query.as_deref())?;
    let (sinks, subscriptions) =
        exchange.store.with(|db| Ok((streams::sinks(db)?, streams::subscriptions(db)?)))?;
    let in_use = |sink: &Sink| subscriptions.iter().any(|other| other.sink == sink.sid);
    let wanted = asked.filter("InUse").map(|used| used == "true");
    let shown = sinks
        .iter()
        .filter(|sink| wanted.is_none_or(|wanted| in_use(sink) == wanted))
        .filter(|_| asked.filter("Status").is_none_or(|status| status == STATUS))
        .map(|sink| view(&exchange, sink));
    Ok(Json(asked.of(&exchange, "/v1/Sinks", "sinks", shown.collect())))
}

/// One sink.
pub(super) async fn fetch(
    State(exchange): State<Arc<Exchange>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Answer {
    owner(&exchange, &headers)?;
    Ok(Json(view(&exchange, &find(&exchange, &sid)?)))
}

/// Describes a sink anew.
pub(super) async fn update(
    State(exchange): State<Arc<Exchange>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    owner(&exchange, &headers)?;
    let mut sink = find(&exchange, &sid)?;
    required(&Form::parse(&body), "Description")?.clone_into(&mut sink.description);
    sink.updated_at = exchange.now();
    exchange.store.with(|db| streams::put_sink(db, &sink))?;
    Ok(Json(view(&exchange, &sink)))
}

/// Takes a sink away that nobody subscribes to any more.
pub(super) async fn delete(
    State(exchange): State<Arc<Exchange>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    owner(&exchange, &headers)?;
    let sink = find(&exchange, &sid)?;
    let used = exchange.store.transaction(|db| {
        let used = streams::subscriptions(db)?.iter().any(|other| other.sink == sink.sid);
        if !used {
            streams::remove_sink(db, &sink.sid)?;
        }
        Ok(used)
    })?;
    exchange.changed();
    if used {
        return Err(Refusal::bad(91007, "Sink cannot be deleted because it is still in use"));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Posts an event that only tries the sink.
pub(super) async fn test(
    State(exchange): State<Arc<Exchange>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    owner(&exchange, &headers)?;
    let mut sink = find(&exchange, &sid)?;
    let id = format!("{:032x}", RandomIds.random());
    sink.test = Some(id.clone());
    exchange.store.transaction(|db| {
        streams::put_sink(db, &sink)?;
        event::emit_test(db, &sink.sid, &id, exchange.now())
    })?;
    exchange.changed();
    Ok((StatusCode::CREATED, Json(json!({ "result": "submitted" }))))
}

/// Says whether `TestId` is what the last event that tried the sink carried.
pub(super) async fn validate(
    State(exchange): State<Arc<Exchange>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    owner(&exchange, &headers)?;
    let sink = find(&exchange, &sid)?;
    let form = Form::parse(&body);
    let right = sink.test.as_deref() == Some(required(&form, "TestId")?);
    let result = if right { "valid" } else { "invalid" };
    Ok((StatusCode::CREATED, Json(json!({ "result": result }))))
}

/// The sink called `sid`.
pub(super) fn find(exchange: &Exchange, sid: &str) -> Result<Sink, Refusal> {
    let found = exchange.store.with(|db| streams::sink(db, sid))?;
    found.ok_or_else(|| Refusal::new(404, 91001, "Sink could not be found"))
}

fn view(exchange: &Exchange, sink: &Sink) -> Value {
    let url = format!("{}/v1/Sinks/{}", exchange.url, sink.sid);
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
