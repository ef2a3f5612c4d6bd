//! The REST API: each product below its own path, as Twilio has a host for each.
//!
//! - `/api/2010-04-01/Accounts/{AC…}/Messages`, with and without `.json`; `/events/v1/…`; `/media/{ME…}`.
//! - `create`, `list`, `message` (fetch, update, delete), `media`: the operations.
//! - `validate`: checks a create request; `form`: parses it; `resource`: a message as JSON; `error`: Twilio's errors.
//! - `authorize`, `concurrency`: checks before an operation.
//! - `events`: the sinks and subscriptions of Event Streams.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::listener::{ConnectionControl, FaultyListener};
use super::product::Product;
use super::state::SimulatorState;

mod authorize;
mod concurrency;
mod create;
mod error;
mod events;
mod form;
mod list;
mod media;
mod message;
mod resource;
mod validate;

use error::TwilioApiError;

/// Serves the API until the simulator stops.
pub(super) async fn serve(listener: FaultyListener, state: Arc<SimulatorState>) {
    let mut stopping = state.stopping.subscribe();
    let router = router(state);
    let serving =
        axum::serve(listener, router.into_make_service_with_connect_info::<ConnectionControl>());
    let stopped = async move {
        // A dropped sender is the end, too.
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
    let api = Router::new()
        .route("/2010-04-01/Accounts/{account}/Messages.json", messages.clone())
        .route("/2010-04-01/Accounts/{account}/Messages", messages)
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}", message)
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}/Media.json", get(media::list))
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}/Media", get(media::list))
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}/Media/{media}", media);
    let storage = Router::new().route("/{media}", get(media::storage));
    Router::new()
        .nest(Product::Api.path(), api)
        .nest(Product::Events.path(), events::router())
        .nest(Product::Media.path(), storage)
        .fallback(unknown)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(Arc::clone(&state), concurrency::limit_concurrency))
        .with_state(state)
}

async fn unknown(request: Request) -> Response {
    TwilioApiError::not_found(request.uri().path()).into_response()
}

async fn not_allowed() -> Response {
    TwilioApiError::new(405, 20004, "Method not allowed").into_response()
}
