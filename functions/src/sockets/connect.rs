//! `$connect` opens a socket for a ticket that is valid, unused and issued to the page's origin.

use serde_json::Value;
use shared::error::{Error, Result};
use shared::lambda::{Setup, SocketEvent, socket::socket_response};
use shared::localized;

use super::subprotocol::{PROTOCOL, TICKET_PREFIX};
use crate::app::{Build, Cx, socket};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    socket(setup, handle)
}

async fn handle(Cx { app, .. }: Cx, event: SocketEvent) -> Result<Value> {
    let offered = event.header("sec-websocket-protocol").unwrap_or("");
    let mut offered = offered.split(',').map(str::trim);
    let supports_protocol = offered.clone().any(|name| name == PROTOCOL);
    let ticket = offered.find_map(|name| name.strip_prefix(TICKET_PREFIX));
    let (true, Some(ticket)) = (supports_protocol, ticket) else {
        return Err(Error::Forbidden(localized::socket::no_ticket()));
    };
    let origin = event.header("origin").unwrap_or("");
    let ticket_row = app.store.consume_ticket(ticket).await?;
    let ticket_row =
        ticket_row.ok_or_else(|| Error::Forbidden(localized::socket::ticket_used()))?;
    if origin.is_empty() || origin != ticket_row.origin {
        return Err(Error::Forbidden(localized::socket::foreign_ticket()));
    }
    app.store.put_connection(event.connection_id(), &ticket_row).await?;
    Ok(socket_response(200, Some(PROTOCOL)))
}
