//! The REST API: `/2010-04-01/Accounts/{AC…}/Messages`, with and without `.json`, and `/v1/…` of Event Streams.
//!
//! - `create`, `list`, `one` (fetch, update, delete): one file each; `media`: its files.
//! - `order`: what a create may ask for; `form`: how it asks; `resource`: a message as JSON; `refusal`: an error.
//! - `events`: sinks and subscriptions.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use data_encoding::BASE64;

use super::limits;
use super::listener::{ConnectionControl, FaultyListener};
use super::state::SimulatorState;

mod create;
mod error;
mod events;
mod form;
mod list;
mod media;
mod message;
mod resource;
mod validate;

pub(super) use error::TwilioApiError;

/// Serves the API until the simulator stops.
pub(super) async fn serve(listener: FaultyListener, state: Arc<SimulatorState>) {
    let mut stopping = state.stopping.subscribe();
    let router = router(state);
    let serving =
        axum::serve(listener, router.into_make_service_with_connect_info::<ConnectionControl>());
    let stopped = async move {
        // The sender gone is an end too.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    tokio::select! {
        result = serving => {
            if let Err(error) = result {
                tracing::error!(%error, "Simulator API server stopped");
            }
        }
        () = stopped => {}
    }
}

fn router(state: Arc<SimulatorState>) -> Router {
    let messages = get(list::list).post(create::create);
    let message = get(message::fetch).post(message::update).delete(message::delete);
    let media = get(media::fetch).delete(media::delete);
    Router::new()
        .route("/2010-04-01/Accounts/{account}/Messages.json", messages.clone())
        .route("/2010-04-01/Accounts/{account}/Messages", messages)
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}", message)
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}/Media.json", get(media::list))
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}/Media", get(media::list))
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}/Media/{media}", media)
        .route("/storage/{media}", get(media::storage))
        .merge(events::router())
        .fallback(unknown)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(Arc::clone(&state), limits::limit_concurrency))
        .with_state(state)
}

async fn unknown(request: Request) -> Response {
    TwilioApiError::not_found(request.uri().path()).into_response()
}

async fn not_allowed() -> Response {
    TwilioApiError::new(405, 20004, "Method not allowed").into_response()
}

/// Lets the account's owner pass: HTTP Basic with account SID and token, for the account's own resources.
fn authorize(
    state: &SimulatorState,
    account: &str,
    headers: &HeaderMap,
) -> Result<(), TwilioApiError> {
    let credentials = headers
        .get(AUTHORIZATION)
        .and_then(|header| header.to_str().ok())
        .and_then(|header| header.strip_prefix("Basic "))
        .and_then(|encoded| BASE64.decode(encoded.trim().as_bytes()).ok());
    let expected = format!("{}:{}", state.account_sid, state.auth_token);
    if credentials.as_deref() == Some(expected.as_bytes()) && account == state.account_sid {
        Ok(())
    } else {
        Err(TwilioApiError::unauthenticated())
    }
}
