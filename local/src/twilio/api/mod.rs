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

use super::exchange::Exchange;
use super::limits;
use super::line::{Exchangeable, Line};

mod create;
mod events;
mod form;
mod list;
mod media;
mod one;
mod order;
mod refusal;
mod resource;

pub(super) use refusal::Refusal;

/// Serves the API until the simulator stops.
pub(super) async fn serve(listener: Exchangeable, exchange: Arc<Exchange>) {
    let mut stopping = exchange.stopping.subscribe();
    let router = router(exchange);
    let serving = axum::serve(listener, router.into_make_service_with_connect_info::<Line>());
    let stopped = async move {
        // The sender gone is an end too.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    tokio::select! {
        ended = serving => {
            if let Err(problem) = ended {
                tracing::error!(%problem, "The Twilio simulator stopped answering");
            }
        }
        () = stopped => {}
    }
}

fn router(exchange: Arc<Exchange>) -> Router {
    let messages = get(list::list).post(create::create);
    let one = get(one::fetch).post(one::update).delete(one::delete);
    let media = get(media::fetch).delete(media::delete);
    Router::new()
        .route("/2010-04-01/Accounts/{account}/Messages.json", messages.clone())
        .route("/2010-04-01/Accounts/{account}/Messages", messages)
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}", one)
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}/Media.json", get(media::list))
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}/Media", get(media::list))
        .route("/2010-04-01/Accounts/{account}/Messages/{sid}/Media/{media}", media)
        .route("/storage/{media}", get(media::storage))
        .merge(events::router())
        .fallback(unknown)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(Arc::clone(&exchange), limits::count))
        .with_state(exchange)
}

async fn unknown(request: Request) -> Response {
    Refusal::not_found(request.uri().path()).into_response()
}

async fn not_allowed() -> Response {
    Refusal::new(405, 20004, "Method not allowed").into_response()
}

/// Lets the account's owner pass: HTTP Basic with account SID and token, for the account's own resources.
fn authorize(exchange: &Exchange, account: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|header| header.to_str().ok())
        .and_then(|header| header.strip_prefix("Basic "))
        .and_then(|encoded| BASE64.decode(encoded.trim().as_bytes()).ok());
    let wanted = format!("{}:{}", exchange.account_sid, exchange.auth_token);
    if given.as_deref() == Some(wanted.as_bytes()) && account == exchange.account_sid {
        Ok(())
    } else {
        Err(Refusal::unauthenticated())
    }
}
