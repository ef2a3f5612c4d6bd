//! Sockets: API Gateway's event in. Nothing is answered to a frame; only `push` writes to sockets.

use lambda_http::aws_lambda_events::apigw::ApiGatewayWebsocketProxyRequest;
use serde_json::{Value, json};

use crate::error::{Error, Result};

/// What happened at a socket.
#[derive(Debug, Clone)]
pub struct SocketEvent {
    event: ApiGatewayWebsocketProxyRequest,
}

impl SocketEvent {
    /// Reads API Gateway's event.
    pub fn from_event(event: Value) -> Result<Self> {
        let event = serde_json::from_value(event).map_err(Error::internal)?;
        Ok(Self { event })
    }

    /// API Gateway's id of the socket.
    pub fn connection_id(&self) -> &str {
        self.event.request_context.connection_id.as_deref().unwrap_or("")
    }

    /// The header `name`, at `$connect`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.event.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The frame's text.
    pub fn body(&self) -> &str {
        self.event.body.as_deref().unwrap_or("")
    }
}

/// The answer to a socket event: a status, and at `$connect` the subprotocol that was chosen.
pub fn socket_response(status: u16, subprotocol: Option<&str>) -> Value {
    match subprotocol {
        Some(protocol) => {
            json!({ "statusCode": status, "headers": { "Sec-WebSocket-Protocol": protocol } })
        }
        None => json!({ "statusCode": status }),
    }
}
