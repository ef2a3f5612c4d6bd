//! The front: DynamoDB's JSON protocol on a loopback port, permissions and conflicts ahead of the engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dynoxide::DynoxideError;
use serde_json::{Value, json};
use shared::clock::Clock;

use super::answer::Answer;
use super::authorize::{Authorize, first_refused};
use super::capacity::Capacity;
use super::engine::Engine;
use super::faults::{Effect, Faults};
use super::in_flight::{Hold, InFlight, Touch};
use super::operation;
use super::tables::Tables;
use super::token::{Seen, Tokens};

/// DynamoDB takes bodies up to 16 MB.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// Everything that a request meets on its way.
pub(super) struct Front {
    pub engine: Engine,
    pub tables: Tables,
    pub permissions: Arc<dyn Authorize>,
    pub clock: Arc<dyn Clock>,
    pub capacity: Capacity,
    pub faults: Faults,
    pub in_flight: InFlight,
    pub tokens: Tokens,
    pub requests: AtomicU64,
}

/// The routes: one, as DynamoDB has.
pub(super) fn router(front: Arc<Front>) -> Router {
    Router::new().fallback(serve).layer(DefaultBodyLimit::max(LARGEST_BODY)).with_state(front)
}

async fn serve(State(front): State<Arc<Front>>, headers: HeaderMap, body: Bytes) -> Response {
    let number = front.requests.fetch_add(1, Ordering::Relaxed);
    // A task of its own: a client that hangs up does not cut a write in half.
    let work = tokio::spawn(async move { front.answer(&headers, &body).await });
    let answer = work.await.unwrap_or_else(|_| Answer::failed());
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let request_id = format!("{number:052X}");
    let kind = "application/x-amz-json-1.0".to_owned();
    let names = [header::CONTENT_TYPE, header::HeaderName::from_static("x-amzn-requestid")];
    let [content_type, id] = names;
    (status, [(content_type, kind), (id, request_id)], answer.body).into_response()
}

impl Front {
    async fn answer(&self, headers: &HeaderMap, body: &[u8]) -> Answer {
        let Some(operation) = operation_of(headers) else { return Answer::unknown_operation() };
        let Some(caller) = caller_of(headers) else { return Answer::no_credentials() };
        match serde_json::from_slice(body) {
            Ok(body @ Value::Object(_)) => self.call(caller, operation, body).await,
            _ => Answer::unreadable(),
        }
    }

    /// One request of `caller`, from permission to answer.
    pub(super) async fn call(&self, caller: &str, operation: &'static str, body: Value) -> Answer {
        let needs = operation::needs(operation, &body, &self.tables);
        if let Some(need) = first_refused(&self.permissions, caller, &needs) {
            return Answer::denied(self.tables.account(), caller, need);
        }
        let effect = self.faults.strike(caller, operation, &body);
        match effect {
            Some(Effect::Throttle) => return Answer::throttled(),
            Some(Effect::Fail) => return Answer::failed(),
            _ => {}
        }
        let token = match self.tokens.claim(&body, self.clock.now()) {
            Some(Seen::Done) => return Answer::ok(&json!({})),
            Some(Seen::InProgress) => return Answer::token_in_progress(),
            Some(Seen::Mismatch) => return Answer::token_mismatch(),
            Some(Seen::New(token)) => Some(token),
            None => None,
        };
        let result = self.held(caller, operation, body, effect.as_ref()).await;
        if let Some(token) = token {
            self.tokens.settle(token, result.is_ok());
        }
        match (result, effect) {
            (Ok(_), Some(Effect::LoseAnswer)) => Answer::failed(),
            (Ok(body), _) => Answer::ok(&body),
            (Err(answer), _) => answer,
        }
    }

    /// Holds the request's items while the engine is at work, its queue included.
    async fn held(
        &self,
        caller: &str,
        operation: &'static str,
        body: Value,
        effect: Option<&Effect>,
    ) -> Result<Value, Answer> {
        let hold = match self.hold(operation, &body) {
            Ok(hold) => hold,
            Err(Instead::Answer(answer)) => return Err(answer),
            Err(Instead::Unprocessed) => {
                return Ok(json!({ "UnprocessedItems": body.get("RequestItems") }));
            }
        };
        match effect {
            Some(Effect::Delay(by)) => self.clock.sleep(*by).await,
            Some(Effect::Wait(gate)) => gate.pass().await,
            _ => {}
        }
        let result = self.counted(caller, operation, body).await;
        drop(hold);
        result.map_err(|error| {
            tracing::debug!(operation, %error, "the local table refused a request");
            Answer::from(&error)
        })
    }

    fn hold(&self, operation: &str, body: &Value) -> Result<Option<Hold>, Instead> {
        let Some((keys, touch)) = operation::touches(operation, body, &self.tables) else {
            return Ok(None);
        };
        self.in_flight.hold(keys, touch).map(Some).map_err(|conflicts| match touch {
            Touch::Write if operation == "BatchWriteItem" => Instead::Unprocessed,
            Touch::Write => Instead::Answer(Answer::conflict()),
            Touch::Transaction | Touch::TransactionRead => {
                Instead::Answer(Answer::cancelled(&conflicts))
            }
        })
    }

    /// Asks the engine for the units in any case, and takes them out of the answer if the caller did not.
    async fn counted(
        &self,
        caller: &str,
        operation: &'static str,
        mut body: Value,
    ) -> Result<Value, DynoxideError> {
        if !operation::reports_capacity(operation) {
            return operation::run(operation, body, &self.engine).await;
        }
        let asked = body
            .get("ReturnConsumedCapacity")
            .and_then(Value::as_str)
            .is_some_and(|mode| mode != "NONE");
        if !asked && let Some(fields) = body.as_object_mut() {
            fields.insert("ReturnConsumedCapacity".to_owned(), "INDEXES".into());
        }
        let mut answer = operation::run(operation, body, &self.engine).await?;
        if let Some(fields) = answer.as_object_mut() {
            if let Some(report) = fields.get("ConsumedCapacity") {
                self.capacity.add(caller, operation, operation::writes(operation), report);
            }
            if !asked {
                fields.remove("ConsumedCapacity");
            }
        }
        Ok(answer)
    }
}

/// What is answered when another request is in the way.
enum Instead {
    Answer(Answer),
    Unprocessed,
}

fn operation_of(headers: &HeaderMap) -> Option<&'static str> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    operation::known(target.strip_prefix("DynamoDB_20120810.")?)
}

/// The access key in the request's signature: the function's name.
fn caller_of(headers: &HeaderMap) -> Option<&str> {
    let signature = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = signature.split_once("Credential=")?;
    let (caller, _) = credential.split_once('/')?;
    (!caller.is_empty()).then_some(caller)
}
