//! WebSocket events of API Gateway. A frame gets no response; only `push` writes to sockets.

use lambda_http::aws_lambda_events::apigw::ApiGatewayWebsocketProxyRequest;
use serde_json::{Value, json};

use crate::error::{Error, Result};

/// An event of a socket.
#[derive(Debug, Clone)]
pub struct SocketEvent {
    event: ApiGatewayWebsocketProxyRequest,
}

impl SocketEvent {
    /// Parses an event of API Gateway.
    pub fn from_event(event: Value) -> Result<Self> {
        let event = serde_json::from_value(event).map_err(Error::internal)?;
        Ok(Self { event })
    }

    /// Returns API Gateway's ID of the connection.
    pub fn connection_id(&self) -> &str {
        self.event.request_context.connection_id.as_deref().unwrap_or("")
    }

    /// Returns the header `name`, at `$connect`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.event.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the text of the frame.
    pub fn body(&self) -> &str {
        self.event.body.as_deref().unwrap_or("")
    }
}

/// Returns the response to a socket event: a status and, at `$connect`, the selected subprotocol.
pub fn socket_response(status: u16, subprotocol: Option<&str>) -> Value {
    match subprotocol {
        Some(protocol) => {
            json!({ "statusCode": status, "headers": { "Sec-WebSocket-Protocol": protocol } })
        }
        None => json!({ "statusCode": status }),
    }
}
