//! DynamoDB's JSON protocol: checks permissions and conflicts, then calls the engine.

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

use super::authorize::{Authorize, first_denied};
use super::capacity::Capacity;
use super::engine::Engine;
use super::faults::{Effect, RequestFaults};
use super::in_flight::{AccessKind, InFlight, ItemLock};
use super::operation;
use super::response::DynamoResponse;
use super::tables::Tables;
use super::token::{IdempotencyTokens, TokenState};

/// The maximum body size, as in DynamoDB.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// The state that every request uses.
pub(super) struct DynamoService {
    pub engine: Engine,
    pub tables: Tables,
    pub permissions: Arc<dyn Authorize>,
    pub clock: Arc<dyn Clock>,
    pub capacity: Capacity,
    pub faults: RequestFaults,
    pub in_flight: InFlight,
    pub tokens: IdempotencyTokens,
    pub requests: AtomicU64,
}

/// Returns the router.
///
/// DynamoDB has one route.
pub(super) fn router(service: Arc<DynamoService>) -> Router {
    Router::new().fallback(serve).layer(DefaultBodyLimit::max(MAX_BODY_BYTES)).with_state(service)
}

async fn serve(
    State(service): State<Arc<DynamoService>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let number = service.requests.fetch_add(1, Ordering::Relaxed);
    // A task of its own, so that a client that disconnects does not interrupt a write.
    let work = tokio::spawn(async move { service.respond(&headers, &body).await });
    let response = work.await.unwrap_or_else(|_| DynamoResponse::internal_error());
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let request_id = format!("{number:052X}");
    let content_type_value = "application/x-amz-json-1.0".to_owned();
    let names = [header::CONTENT_TYPE, header::HeaderName::from_static("x-amzn-requestid")];
    let [content_type, id] = names;
    (status, [(content_type, content_type_value), (id, request_id)], response.body).into_response()
}

impl DynamoService {
    async fn respond(&self, headers: &HeaderMap, body: &[u8]) -> DynamoResponse {
        let Some(operation) = parse_operation(headers) else {
            return DynamoResponse::unknown_operation();
        };
        let Some(caller) = parse_caller(headers) else { return DynamoResponse::missing_token() };
        match serde_json::from_slice(body) {
            Ok(body @ Value::Object(_)) => self.call(caller, operation, body).await,
            _ => DynamoResponse::serialization_error(),
        }
    }

    /// Runs one request of `caller`, from permission to response.
    pub(super) async fn call(
        &self,
        caller: &str,
        operation: &'static str,
        body: Value,
    ) -> DynamoResponse {
        let required = operation::required_permissions(operation, &body, &self.tables);
        if let Some(permission) = first_denied(&self.permissions, caller, &required) {
            return DynamoResponse::access_denied(self.tables.account(), caller, permission);
        }
        let effect = self.faults.take_effect(caller, operation, &body);
        match effect {
            Some(Effect::Throttle) => return DynamoResponse::throttling(),
            Some(Effect::Fail) => return DynamoResponse::internal_error(),
            _ => {}
        }
        let token = match self.tokens.claim(&body, self.clock.now()) {
            Some(TokenState::Done) => return DynamoResponse::ok(&json!({})),
            Some(TokenState::InProgress) => return DynamoResponse::token_in_progress(),
            Some(TokenState::Mismatch) => return DynamoResponse::token_mismatch(),
            Some(TokenState::New(token)) => Some(token),
            None => None,
        };
        let result = self.run_locked(caller, operation, body, effect.as_ref()).await;
        if let Some(token) = token {
            self.tokens.finish(token, result.is_ok());
        }
        match (result, effect) {
            (Ok(_), Some(Effect::DropResponse)) => DynamoResponse::internal_error(),
            (Ok(body), _) => DynamoResponse::ok(&body),
            (Err(response), _) => response,
        }
    }

    /// Runs a request while its items are locked, including the time in the queue.
    async fn run_locked(
        &self,
        caller: &str,
        operation: &'static str,
        body: Value,
        effect: Option<&Effect>,
    ) -> Result<Value, DynamoResponse> {
        let lock = match self.lock_items(operation, &body) {
            Ok(lock) => lock,
            Err(Conflict::Response(response)) => return Err(response),
            Err(Conflict::Unprocessed) => {
                return Ok(json!({ "UnprocessedItems": body.get("RequestItems") }));
            }
        };
        match effect {
            Some(Effect::Delay(delay)) => self.clock.sleep(*delay).await,
            Some(Effect::Wait(gate)) => gate.pass().await,
            _ => {}
        }
        let result = self.run_and_count(caller, operation, body).await;
        drop(lock);
        result.map_err(|error| {
            tracing::debug!(operation, %error, "Request rejected");
            DynamoResponse::from(&error)
        })
    }

    fn lock_items(&self, operation: &str, body: &Value) -> Result<Option<ItemLock>, Conflict> {
        let Some((keys, access)) = operation::locked_items(operation, body, &self.tables) else {
            return Ok(None);
        };
        self.in_flight.lock(keys, access).map(Some).map_err(|conflicts| match access {
            AccessKind::Write if operation == "BatchWriteItem" => Conflict::Unprocessed,
            AccessKind::Write => Conflict::Response(DynamoResponse::transaction_conflict()),
            AccessKind::Transaction | AccessKind::TransactionRead => {
                Conflict::Response(DynamoResponse::transaction_canceled(&conflicts))
            }
        })
    }

    /// Runs a request and counts its units.
    ///
    /// Always asks the engine for them, and removes them from the response if the caller did not ask.
    async fn run_and_count(
        &self,
        caller: &str,
        operation: &'static str,
        mut body: Value,
    ) -> Result<Value, DynoxideError> {
        if !operation::reports_capacity(operation) {
            return operation::run(operation, body, &self.engine).await;
        }
        let requested = body
            .get("ReturnConsumedCapacity")
            .and_then(Value::as_str)
            .is_some_and(|mode| mode != "NONE");
        if !requested && let Some(fields) = body.as_object_mut() {
            fields.insert("ReturnConsumedCapacity".to_owned(), "INDEXES".into());
        }
        let mut response = operation::run(operation, body, &self.engine).await?;
        if let Some(fields) = response.as_object_mut() {
            if let Some(report) = fields.get("ConsumedCapacity") {
                self.capacity.add(
                    caller,
                    operation,
                    operation::consumes_write_units(operation),
                    report,
                );
            }
            if !requested {
                fields.remove("ConsumedCapacity");
            }
        }
        Ok(response)
    }
}

/// The response to a request that conflicts with another one.
enum Conflict {
    Response(DynamoResponse),
    Unprocessed,
}

fn parse_operation(headers: &HeaderMap) -> Option<&'static str> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    operation::find_operation(target.strip_prefix("DynamoDB_20120810.")?)
}

/// Returns the access key in the request's signature, which is the function's name.
fn parse_caller(headers: &HeaderMap) -> Option<&str> {
    let signature = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = signature.split_once("Credential=")?;
    let (caller, _) = credential.split_once('/')?;
    (!caller.is_empty()).then_some(caller)
}
