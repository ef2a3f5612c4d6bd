//! `@connections`: the API with which a function sends to a socket, inspects it, or closes it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::registry::{SocketCommand, Sockets};
use super::session::MESSAGE_LIMIT;
use crate::gateway::response::gateway_error;
use crate::gateway::routes::percent_decode;
use crate::headers::header_text;
use crate::permissions::{Permissions, caller};

#[derive(Clone)]
struct ManagementState {
    sockets: Sockets,
    permissions: Arc<Permissions>,
}

/// Returns the router for `sockets`, which checks the permissions of every caller.
pub fn router(sockets: Sockets, permissions: Arc<Permissions>) -> Router {
    Router::new().fallback(serve).with_state(ManagementState { sockets, permissions })
}

async fn serve(State(state): State<ManagementState>, request: Request) -> Response {
    let prefix = format!("/{}/@connections/", state.sockets.inner.api.stage);
    let Some(id) = request.uri().path().strip_prefix(&prefix).map(percent_decode) else {
        return gateway_error(StatusCode::NOT_FOUND, "Not Found");
    };
    let authorization = header_text(request.headers(), header::AUTHORIZATION.as_str());
    let Some(caller) = caller(Some(&authorization)) else {
        let message = "Missing Authentication Token";
        return aws_error(StatusCode::FORBIDDEN, "MissingAuthenticationTokenException", message);
    };
    let resource =
        format!("{}/{}/@connections/{id}", state.sockets.inner.api.arn, request.method());
    let allowed = state.permissions.check(caller, "execute-api:ManageConnections", &resource);
    if let Err(denied) = allowed {
        return aws_error(StatusCode::FORBIDDEN, "ForbiddenException", &denied.to_string());
    }
    match *request.method() {
        Method::POST => post(&state.sockets, &id, request.into_body()).await,
        Method::GET => get_connection(&state.sockets, &id),
        Method::DELETE => {
            let closed = state.sockets.send_command(&id, SocketCommand::Close).await;
            if closed { StatusCode::NO_CONTENT.into_response() } else { gone() }
        }
        _ => gateway_error(StatusCode::NOT_FOUND, "Not Found"),
    }
}

async fn post(sockets: &Sockets, id: &str, body: Body) -> Response {
    let Ok(bytes) = to_bytes(body, MESSAGE_LIMIT).await else {
        let message = "Message too long";
        return aws_error(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeException", message);
    };
    let Ok(text) = Utf8Bytes::try_from(bytes) else {
        return aws_error(
            StatusCode::BAD_REQUEST,
            "BadRequestException",
            "The data is not valid UTF-8",
        );
    };
    if sockets.send_command(id, SocketCommand::Send(text)).await {
        StatusCode::OK.into_response()
    } else {
        gone()
    }
}

fn get_connection(sockets: &Sockets, id: &str) -> Response {
    let Some(socket) = sockets.find(id) else { return gone() };
    let body = json!({
        "connectedAt": socket.connection.connected_at.to_string(),
        "lastActiveAt": socket.last_active_at.to_string(),
        "identity": {
            "sourceIp": socket.connection.source.to_string(),
            "userAgent": socket.connection.user_agent.unwrap_or_default(),
        },
    });
    axum::Json(body).into_response()
}

fn gone() -> Response {
    aws_error(StatusCode::GONE, "GoneException", "Gone")
}

/// Returns an error with its name in the header that AWS clients read.
fn aws_error(status: StatusCode, kind: &'static str, message: &str) -> Response {
    let mut response = gateway_error(status, message);
    let name = HeaderName::from_static("x-amzn-errortype");
    response.headers_mut().insert(name, HeaderValue::from_static(kind));
    response
}
