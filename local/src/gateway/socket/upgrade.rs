//! The handshake: `$connect` decides, and chooses the subprotocol.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use hyper::upgrade::OnUpgrade;
use serde_json::Value;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::event::{Ending, connect};
use super::session::Session;
use super::{Connection, Sockets};
use crate::gateway::answer::refusal;
use crate::gateway::request::{domain, short_id, text};

/// `GET /ws`.
pub(crate) async fn upgrade(
    State(sockets): State<Sockets>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Response {
    let on_upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let headers = request.headers();
    let (Some(on_upgrade), Some(key)) = (on_upgrade, websocket_key(headers)) else {
        return refusal(StatusCode::UPGRADE_REQUIRED, "Upgrade Required");
    };
    let agent = text(headers, header::USER_AGENT.as_str());
    let connection = Connection {
        id: short_id(sockets.inner.ids.random()),
        connected_at: sockets.inner.clock.now(),
        source: from.ip(),
        host: domain(headers),
        user_agent: Some(agent).filter(|agent| !agent.is_empty()),
    };
    let query = request.uri().query().unwrap_or_default();
    let event = connect(sockets.occasion(), &connection, &seen_from_inside(headers, from), query);
    let protocol = match sockets.tell("$connect", event).await {
        None => None,
        Some(Ok(answer)) => match refused(&answer) {
            Some(status) => return refusal(status, reason(status)),
            None => chosen_protocol(&answer),
        },
        Some(Err(_)) => return refusal(StatusCode::BAD_GATEWAY, "Internal server error"),
    };
    let (orders, deaf) = sockets.open(connection.clone());
    let session = Session { sockets, connection, orders, deaf };
    tokio::spawn(async move {
        if let Ok(stream) = on_upgrade.await {
            session.run(stream).await;
        } else {
            let reason = "Connection closed abnormally".to_owned();
            session.end(Ending { code: 1006, reason }, true).await;
        }
    });
    switching(&key, protocol)
}

/// The browser's key, if this is a WebSocket handshake.
fn websocket_key(headers: &HeaderMap) -> Option<HeaderValue> {
    let says = |name: HeaderName, word: &str| {
        text(headers, name.as_str()).to_ascii_lowercase().split(',').any(|part| part.trim() == word)
    };
    let asked = says(header::CONNECTION, "upgrade")
        && says(header::UPGRADE, "websocket")
        && says(header::SEC_WEBSOCKET_VERSION, "13");
    headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| asked).cloned()
}

/// The headers as the function sees them: the hop's own are gone, where it came from is added.
fn seen_from_inside(headers: &HeaderMap, from: SocketAddr) -> HeaderMap {
    let mut seen = headers.clone();
    seen.remove(header::CONNECTION);
    seen.remove(header::UPGRADE);
    if let Ok(source) = HeaderValue::try_from(from.ip().to_string()) {
        seen.insert(HeaderName::from_static("x-forwarded-for"), source);
    }
    seen.insert(HeaderName::from_static("x-forwarded-proto"), HeaderValue::from_static("http"));
    seen
}

/// The status of an answer that says no. One that makes no sense is a 502, as at AWS.
fn refused(answer: &Value) -> Option<StatusCode> {
    let status = answer.get("statusCode").and_then(Value::as_u64);
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

fn chosen_protocol(answer: &Value) -> Option<HeaderValue> {
    let headers = answer.get("headers")?.as_object()?;
    let wanted = header::SEC_WEBSOCKET_PROTOCOL;
    let (_, value) = headers.iter().find(|(name, _)| wanted.as_str().eq_ignore_ascii_case(name))?;
    HeaderValue::try_from(value.as_str()?).ok()
}

fn switching(key: &HeaderValue, protocol: Option<HeaderValue>) -> Response {
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
