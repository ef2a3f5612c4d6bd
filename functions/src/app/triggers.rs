//! Converts the event of each kind of function to a handler call, and the result to a response.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::config::Parameter;
use shared::error::{Error, Result};
use shared::lambda::socket::socket_response;
use shared::lambda::{
    Caller, ContentEncoding, HandlerError, InvocationContext, Request, Response, Setup, SocketEvent,
};
use shared::session::TokenVerifier;

use super::builder::{Build, build};
use super::clients::App;
use super::cx::Cx;
use super::variables::Needs;

/// The retry budget of writes in a user's request.
const REQUEST_RETRY_BUDGET: Duration = Duration::from_secs(3);
/// The retry budget of writes in a webhook or job. Twilio's webhook timeout is 15 s.
const WEBHOOK_RETRY_BUDGET: Duration = Duration::from_secs(10);

/// One invocation of a background function.
#[derive(Debug)]
pub struct Invocation<E> {
    /// The event.
    pub event: E,
    /// The request ID and the deadline.
    pub context: InvocationContext,
}

/// Builds a function for signed-in users. The access token is verified before the handler runs.
pub fn authenticated<S, F, Fut>(
    setup: Setup,
    needs: Needs,
    state: fn(&App) -> Result<S>,
    handle: F,
) -> Build
where
    S: Send + Sync + 'static,
    F: Fn(Cx<S, Caller>, Request) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Response>> + Send + 'static,
{
    let with_verifier = move |app: &App| {
        let verifier = TokenVerifier::new(app.parameters.public_key()?)?;
        Ok((verifier, Arc::new(state(app)?)))
    };
    let needs = (needs.with_parameter(Parameter::PublicKey), REQUEST_RETRY_BUDGET);
    build(setup, needs, with_verifier, move |loader, event, _| {
        respond(event, move |request| async move {
            let cx = loader.current().await;
            let (verifier, state) = &*cx.state;
            let caller = Caller::authenticate(&request, verifier, cx.app.clock.now())?;
            handle(Cx { app: cx.app, state: Arc::clone(state), caller }, request).await
        })
    })
}

/// Builds a function without an access token. The handler verifies requests itself or accepts all.
///
/// A handler can ask for current parameters; then it is called once more with them.
pub fn public<S, F, Fut>(
    setup: Setup,
    needs: Needs,
    state: fn(&App) -> Result<S>,
    handle: F,
) -> Build
where
    S: Send + Sync + 'static,
    F: Fn(Cx<S>, Request) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Response>> + Send + 'static,
{
    build(setup, (needs, WEBHOOK_RETRY_BUDGET), state, move |loader, event, _| {
        respond(event, move |request| async move {
            match handle(loader.current().await, request.clone()).await {
                Err(Error::OutdatedConfiguration) => handle(loader.reloaded().await, request).await,
                result => result,
            }
        })
    })
}

/// Builds a function of the WebSocket API.
pub fn socket<F, Fut>(setup: Setup, handle: F) -> Build
where
    F: Fn(Cx, SocketEvent) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Value>> + Send + 'static,
{
    let needs = (Needs::NONE, REQUEST_RETRY_BUDGET);
    build(setup, needs, no_state, move |loader, event, _| async move {
        let result = match SocketEvent::from_event(event) {
            Ok(event) => handle(loader.current().await, event).await,
            Err(error) => Err(error),
        };
        Ok(result.unwrap_or_else(|error| {
            log_error(&error);
            socket_response(error.status(), None)
        }))
    })
}

/// Builds a function that a stream, a schedule or another function invokes. An error fails the invocation.
pub fn background<E, S, F, Fut>(
    setup: Setup,
    needs: Needs,
    state: fn(&App) -> Result<S>,
    handle: F,
) -> Build
where
    E: DeserializeOwned + Send + 'static,
    S: Send + Sync + 'static,
    F: Fn(Cx<S>, Invocation<E>) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<Value>> + Send + 'static,
{
    build(setup, (needs, WEBHOOK_RETRY_BUDGET), state, move |loader, event, context| async move {
        let result = match serde_json::from_value(event) {
            Ok(event) => handle(loader.current().await, Invocation { event, context }).await,
            Err(error) => Err(Error::internal(error)),
        };
        result.map_err(|error| {
            log_error(&error);
            error.into()
        })
    })
}

/// Returns no state, for functions that need only the app.
pub fn no_state(_: &App) -> Result<()> {
    Ok(())
}

async fn respond<Fut: Future<Output = Result<Response>> + Send>(
    event: Value,
    handle: impl FnOnce(Request) -> Fut + Send + 'static,
) -> Result<Value, HandlerError> {
    let (encoding, result) = match Request::from_event(event) {
        Ok(request) => (request.accepted_encoding(), handle(request).await),
        Err(error) => (ContentEncoding::Identity, Err(error)),
    };
    let response = result.unwrap_or_else(|error| {
        log_error(&error);
        Response::from(&error)
    });
    Ok(response.into_event(encoding))
}

/// Logs an error once, where it becomes a response or fails the invocation.
fn log_error(error: &Error) {
    let cause = error.cause_chain();
    if error.status() >= 500 {
        tracing::error!(status = error.status(), error = cause, "{error}");
    } else {
        tracing::debug!(status = error.status(), code = error.code(), "Request rejected");
    }
}
