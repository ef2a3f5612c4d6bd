//! Asynchronous invocation: Lambda's `Invoke` call on a loopback port. What is taken is answered at once and run later,
//! and twice more if it fails, after one and after two minutes, as Lambda does.
//!
//! What waits here does not outlive the process; what asked for it has a lease that ends.

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

use crate::gateway::request::text;
use crate::lambda::Functions;
use crate::permissions::{Permissions, caller};
use crate::template::{ACCOUNT, REGION, Template};

/// The largest event.
const LARGEST: usize = 256 * 1024;
/// How long a failed event waits before each of its further tries.
const RETRIES: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];

/// The queue of events, and who takes them.
#[derive(Clone)]
pub struct Invocations(Arc<Inner>);

struct Inner {
    /// Functions (`verb-noun`) by their resolved name.
    names: BTreeMap<String, String>,
    functions: Arc<Functions>,
    permissions: Arc<Permissions>,
    clock: Arc<dyn Clock>,
    /// When each event that is not done yet is to be run; now or earlier means that it is under way.
    open: Mutex<BTreeMap<u64, Timestamp>>,
    changed: watch::Sender<u64>,
    stopped: watch::Sender<bool>,
}

impl Invocations {
    /// An empty queue for the functions of `template`.
    pub fn new(
        template: &Template,
        functions: Arc<Functions>,
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
            open: Mutex::default(),
            changed: watch::Sender::new(0),
            stopped: watch::Sender::new(false),
        }))
    }

    /// The service.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/2015-03-31/functions/{name}/invocations", post(invoke))
            .with_state(self.clone())
    }

    /// Completes when no event is to be run by now.
    pub async fn settled(&self) {
        let mut changed = self.0.changed.subscribe();
        loop {
            changed.mark_unchanged();
            if !self.0.busy() || changed.changed().await.is_err() {
                return;
            }
        }
    }

    /// Tries nothing again.
    pub fn stop(&self) {
        self.0.stopped.send_replace(true);
    }

    fn take(&self, name: &str, event: Value) {
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
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match due {
            Some(due) => drop(open.insert(number, due)),
            None => drop(open.remove(&number)),
        }
        drop(open);
        self.changed.send_modify(|count| *count += 1);
    }

    fn busy(&self) -> bool {
        let now = self.clock.now();
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values().any(|due| *due <= now)
    }

    async fn run(&self, number: u64, name: &str, event: Value) {
        for wait in RETRIES.map(Some).into_iter().chain([None]) {
            // The host has written down what went wrong.
            if self.functions.invoke(name, event.clone()).await.is_ok() {
                return;
            }
            let Some(wait) = wait else { break };
            let asleep = self.clock.sleep(wait);
            let now = self.clock.now();
            self.set(number, Some(now.checked_add(wait).unwrap_or(now)));
            let mut stopped = self.stopped.subscribe();
            tokio::select! {
                () = asleep => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
        }
        tracing::error!(function.name = name, "an event was dropped after three tries");
    }
}

async fn invoke(
    State(invocations): State<Invocations>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let authorization = text(&headers, header::AUTHORIZATION.as_str());
    let Some(caller) = caller(Some(&authorization)) else {
        return failed(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    };
    let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}");
    if let Err(denied) = invocations.0.permissions.check(caller, "lambda:InvokeFunction", &arn) {
        return failed(403, "AccessDeniedException", &denied.to_string());
    }
    if text(&headers, "x-amz-invocation-type") != "Event" {
        let message = "only the invocation type Event is known here";
        return failed(400, "InvalidParameterValueException", message);
    }
    if body.len() > LARGEST {
        let message =
            format!("{} byte payload is too large for the Event invocation type", body.len());
        return failed(413, "RequestTooLargeException", &message);
    }
    let Ok(event) = serde_json::from_slice(&body) else {
        let message = "Could not parse request body into json";
        return failed(400, "InvalidRequestContentException", message);
    };
    let Some(function) = invocations.0.names.get(&name) else {
        return failed(404, "ResourceNotFoundException", &format!("Function not found: {arn}"));
    };
    invocations.take(function, event);
    StatusCode::ACCEPTED.into_response()
}

fn failed(status: u16, kind: &'static str, message: &str) -> Response {
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
