//! `@connections`: the API by which a function writes to a browser, looks at a socket, or closes it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::session::MESSAGE_LIMIT;
use super::{Order, Sockets};
use crate::gateway::answer::refusal;
use crate::gateway::request::text;
use crate::gateway::routes::decoded;
use crate::permissions::{Permissions, caller};

#[derive(Clone)]
struct Peer {
    sockets: Sockets,
    permissions: Arc<Permissions>,
}

/// The API for `sockets`, which asks `permissions` about every caller.
pub fn router(sockets: Sockets, permissions: Arc<Permissions>) -> Router {
    Router::new().fallback(serve).with_state(Peer { sockets, permissions })
}

async fn serve(State(peer): State<Peer>, request: Request) -> Response {
    let prefix = format!("/{}/@connections/", peer.sockets.inner.api.stage);
    let Some(id) = request.uri().path().strip_prefix(&prefix).map(decoded) else {
        return refusal(StatusCode::NOT_FOUND, "Not Found");
    };
    let authorization = text(request.headers(), header::AUTHORIZATION.as_str());
    let Some(caller) = caller(Some(&authorization)) else {
        let message = "Missing Authentication Token";
        return named(StatusCode::FORBIDDEN, "MissingAuthenticationTokenException", message);
    };
    let resource = format!("{}/{}/@connections/{id}", peer.sockets.inner.api.arn, request.method());
    let allowed = peer.permissions.check(caller, "execute-api:ManageConnections", &resource);
    if let Err(denied) = allowed {
        return named(StatusCode::FORBIDDEN, "ForbiddenException", &denied.to_string());
    }
    match *request.method() {
        Method::POST => post(&peer.sockets, &id, request.into_body()).await,
        Method::GET => look(&peer.sockets, &id),
        Method::DELETE => {
            let closed = peer.sockets.order(&id, Order::Close).await;
            if closed { StatusCode::NO_CONTENT.into_response() } else { gone() }
        }
        _ => refusal(StatusCode::NOT_FOUND, "Not Found"),
    }
}

async fn post(sockets: &Sockets, id: &str, body: Body) -> Response {
    let Ok(bytes) = to_bytes(body, MESSAGE_LIMIT).await else {
        let message = "Message too long";
        return named(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeException", message);
    };
    let Ok(text) = Utf8Bytes::try_from(bytes) else {
        return named(StatusCode::BAD_REQUEST, "BadRequestException", "The data is no UTF-8");
    };
    if sockets.order(id, Order::Send(text)).await { StatusCode::OK.into_response() } else { gone() }
}

fn look(sockets: &Sockets, id: &str) -> Response {
    let Some(open) = sockets.find(id) else { return gone() };
    let body = json!({
        "connectedAt": open.connection.connected_at.to_string(),
        "lastActiveAt": open.last_active_at.to_string(),
        "identity": {
            "sourceIp": open.connection.source.to_string(),
            "userAgent": open.connection.user_agent.unwrap_or_default(),
        },
    });
    axum::Json(body).into_response()
}

fn gone() -> Response {
    named(StatusCode::GONE, "GoneException", "Gone")
}

/// An answer with the error's name where AWS's clients look for it.
fn named(status: StatusCode, kind: &'static str, message: &str) -> Response {
    let mut response = refusal(status, message);
    let name = HeaderName::from_static("x-amzn-errortype");
    response.headers_mut().insert(name, HeaderValue::from_static(kind));
    response
}
