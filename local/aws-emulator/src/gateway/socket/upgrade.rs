//! The handshake: `$connect` accepts or rejects it and selects the subprotocol.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use serde_json::Value;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::connection::Connection;
use super::event::{CloseReason, connect};
use super::registry::Sockets;
use super::session::Session;
use crate::gateway::request::{domain, short_id};
use crate::gateway::response::gateway_error;
use crate::headers::header_text;

/// Handles `GET /ws`.
pub(crate) async fn upgrade(
    State(sockets): State<Sockets>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Response {
    let on_upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let headers = request.headers();
    let (Some(on_upgrade), Some(key)) = (on_upgrade, websocket_key(headers)) else {
        return gateway_error(StatusCode::UPGRADE_REQUIRED, "Upgrade Required");
    };
    let agent = header_text(headers, header::USER_AGENT.as_str());
    let connection = Connection {
        id: short_id(sockets.inner.ids.random()),
        connected_at: sockets.inner.clock.now(),
        source: from.ip(),
        host: domain(headers),
        user_agent: Some(agent).filter(|agent| !agent.is_empty()),
    };
    let query = request.uri().query().unwrap_or_default();
    let event =
        connect(sockets.event_context(), &connection, &forwarded_headers(headers, from), query);
    let protocol = match sockets.invoke_route("$connect", event).await {
        None => None,
        Some(Ok(response)) => match error_status(&response) {
            Some(status) => return gateway_error(status, reason(status)),
            None => selected_protocol(&response),
        },
        Some(Err(_)) => return gateway_error(StatusCode::BAD_GATEWAY, "Internal server error"),
    };
    let (commands, drop_frames) = sockets.open(connection.clone());
    let session = Session { sockets, connection, commands, drop_frames };
    tokio::spawn(async move {
        if let Ok(stream) = on_upgrade.await {
            session.run(stream).await;
        } else {
            let reason = "Connection closed abnormally".to_owned();
            session.end(CloseReason { code: 1006, reason }, true).await;
        }
    });
    switching_protocols(&key, protocol)
}

/// Returns the browser's key if this is a WebSocket handshake.
fn websocket_key(headers: &HeaderMap) -> Option<HeaderValue> {
    let header_has = |name: HeaderName, word: &str| {
        header_text(headers, name.as_str())
            .to_ascii_lowercase()
            .split(',')
            .any(|part| part.trim() == word)
    };
    let is_handshake = header_has(header::CONNECTION, "upgrade")
        && header_has(header::UPGRADE, "websocket")
        && header_has(header::SEC_WEBSOCKET_VERSION, "13");
    headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| is_handshake).cloned()
}

/// Returns the headers for the function: without the hop's own, with the client's address.
fn forwarded_headers(headers: &HeaderMap, from: SocketAddr) -> HeaderMap {
    let mut forwarded = headers.clone();
    forwarded.remove(header::CONNECTION);
    forwarded.remove(header::UPGRADE);
    if let Ok(source) = HeaderValue::try_from(from.ip().to_string()) {
        forwarded.insert(HeaderName::from_static("x-forwarded-for"), source);
    }
    forwarded
        .insert(HeaderName::from_static("x-forwarded-proto"), HeaderValue::from_static("http"));
    forwarded
}

/// Returns the status of a rejecting response.
///
/// An invalid response is a 502, as at AWS.
fn error_status(response: &Value) -> Option<StatusCode> {
    let status = response.get("statusCode").and_then(Value::as_u64);
    let status = status.and_then(|status| u16::try_from(status).ok());
    match status.and_then(|status| StatusCode::from_u16(status).ok()) {
        Some(status) if status.is_success() => None,
        Some(status) if status.is_client_error() || status.is_server_error() => Some(status),
        _ => Some(StatusCode::BAD_GATEWAY),
    }
}

fn reason(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("Forbidden")
}

fn selected_protocol(response: &Value) -> Option<HeaderValue> {
    let headers = response.get("headers")?.as_object()?;
    let protocol_header = header::SEC_WEBSOCKET_PROTOCOL;
    let (_, value) =
        headers.iter().find(|(name, _)| protocol_header.as_str().eq_ignore_ascii_case(name))?;
    HeaderValue::try_from(value.as_str()?).ok()
}

fn switching_protocols(key: &HeaderValue, protocol: Option<HeaderValue>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::try_from(derive_accept_key(key.as_bytes())) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    if let Some(protocol) = protocol {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    response
}
