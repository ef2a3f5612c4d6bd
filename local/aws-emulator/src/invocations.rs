//! Asynchronous invocation: Lambda's `Invoke` operation on loopback.
//!
//! An accepted event is answered at once and run later. If it fails, it is retried twice, after one and two minutes, as
//! in Lambda. Pending events are lost when the process ends; the jobs that they run have leases that expire.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::clock::Clock;
use tokio::sync::watch;

use crate::headers::header_text;
use crate::lambda::FunctionHost;
use crate::permissions::{Permissions, caller};
use crate::template::{ACCOUNT, REGION, Template};

/// The maximum size of an event.
const MAX_EVENT_BYTES: usize = 256 * 1024;
/// The delays before the retries of a failed event.
const RETRY_DELAYS: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];

/// The queue of events and the functions that process them.
#[derive(Clone)]
pub struct AsyncInvocations(Arc<Inner>);

struct Inner {
    /// The names of functions (`verb-noun`), by their resolved name.
    names: BTreeMap<String, String>,
    functions: Arc<FunctionHost>,
    permissions: Arc<Permissions>,
    clock: Arc<dyn Clock>,
    /// When each unfinished event is due.
    ///
    /// Events that are due now or earlier are running.
    pending: Mutex<BTreeMap<u64, Timestamp>>,
    changed: watch::Sender<u64>,
    stopped: watch::Sender<bool>,
}

impl AsyncInvocations {
    /// Creates an empty queue for the functions of `template`.
    pub fn new(
        template: &Template,
        functions: Arc<FunctionHost>,
        permissions: Arc<Permissions>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let entry =
            |name: &str, id: &str| (format!("{}-{id}", crate::template::STACK), name.to_owned());
        let names = template.functions.iter().map(|spec| entry(&spec.name, &spec.logical_id));
        Self(Arc::new(Inner {
            names: names.collect(),
            functions,
            permissions,
            clock,
            pending: Mutex::default(),
            changed: watch::Sender::new(0),
            stopped: watch::Sender::new(false),
        }))
    }

    /// Returns the HTTP service.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/2015-03-31/functions/{name}/invocations", post(invoke))
            .with_state(self.clone())
    }

    /// Waits until no event is due.
    pub async fn wait_until_idle(&self) {
        let mut changed = self.0.changed.subscribe();
        loop {
            changed.mark_unchanged();
            if !self.0.has_due() || changed.changed().await.is_err() {
                return;
            }
        }
    }

    /// Stops retrying.
    pub fn stop(&self) {
        self.0.stopped.send_replace(true);
    }

    fn enqueue(&self, name: &str, event: Value) {
        let inner = Arc::clone(&self.0);
        let number = inner.begin();
        let name = name.to_owned();
        tokio::spawn(async move {
            inner.run(number, &name, event).await;
            inner.set(number, None);
        });
    }
}

impl Inner {
    fn begin(&self) -> u64 {
        let mut number = 0;
        self.changed.send_modify(|count| {
            *count += 1;
            number = *count;
        });
        self.set(number, Some(self.clock.now()));
        number
    }

    fn set(&self, number: u64, due: Option<Timestamp>) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        match due {
            Some(due) => drop(pending.insert(number, due)),
            None => drop(pending.remove(&number)),
        }
        drop(pending);
        self.changed.send_modify(|count| *count += 1);
    }

    fn has_due(&self) -> bool {
        let now = self.clock.now();
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.values().any(|due| *due <= now)
    }

    async fn run(&self, number: u64, name: &str, event: Value) {
        for wait in RETRY_DELAYS.map(Some).into_iter().chain([None]) {
            // The host has logged the error.
            if self.functions.invoke(name, event.clone()).await.is_ok() {
                return;
            }
            let Some(wait) = wait else { break };
            let delay = self.clock.sleep(wait);
            let now = self.clock.now();
            self.set(number, Some(now.checked_add(wait).unwrap_or(now)));
            let mut stopped = self.stopped.subscribe();
            tokio::select! {
                () = delay => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
        }
        tracing::error!(function.name = name, "Event dropped after three attempts");
    }
}

async fn invoke(
    State(invocations): State<AsyncInvocations>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let authorization = header_text(&headers, header::AUTHORIZATION.as_str());
    let Some(caller) = caller(Some(&authorization)) else {
        return error_response(
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        );
    };
    let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}");
    if let Err(denied) = invocations.0.permissions.check(caller, "lambda:InvokeFunction", &arn) {
        return error_response(403, "AccessDeniedException", &denied.to_string());
    }
    if header_text(&headers, "x-amz-invocation-type") != "Event" {
        let message = "only the invocation type Event is supported";
        return error_response(400, "InvalidParameterValueException", message);
    }
    if body.len() > MAX_EVENT_BYTES {
        let message =
            format!("{} byte payload is too large for the Event invocation type", body.len());
        return error_response(413, "RequestTooLargeException", &message);
    }
    let Ok(event) = serde_json::from_slice(&body) else {
        let message = "Could not parse request body into json";
        return error_response(400, "InvalidRequestContentException", message);
    };
    let Some(function) = invocations.0.names.get(&name) else {
        return error_response(
            404,
            "ResourceNotFoundException",
            &format!("Function not found: {arn}"),
        );
    };
    invocations.enqueue(function, event);
    StatusCode::ACCEPTED.into_response()
}

fn error_response(status: u16, kind: &'static str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = json!({ "Type": "User", "Message": message }).to_string();
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HeaderName::from_static("x-amzn-errortype"), HeaderValue::from_static(kind));
    response
}

#[cfg(test)]
mod tests;
