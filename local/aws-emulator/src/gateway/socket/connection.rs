//! One connection of the WebSocket API.

use std::net::IpAddr;

use jiff::Timestamp;

/// One open WebSocket connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The connection ID.
    pub id: String,
    /// When it was opened.
    pub connected_at: Timestamp,
    /// The IP address of the client.
    pub source: IpAddr,
    /// The host of the request, without its port.
    pub host: String,
    /// The user agent of the client.
    pub user_agent: Option<String>,
}
