//! `$connect`: a socket opens for a ticket that is good, unused, and of this page.

use std::sync::Arc;

use serde_json::Value;
use shared::error::{Error, Result};
use shared::lambda::{Setup, SocketEvent, socket::answer};
use shared::sentences;

use super::{PROTOCOL, TICKET_PREFIX};
use crate::app::{App, Build, nothing, socket};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    socket(setup, &[], nothing, handle)
}

async fn handle(app: Arc<App>, _: Arc<()>, event: SocketEvent) -> Result<Value> {
    let offered = event.header("sec-websocket-protocol").unwrap_or("");
    let mut offered = offered.split(',').map(str::trim);
    let speaks = offered.clone().any(|name| name == PROTOCOL);
    let ticket = offered.find_map(|name| name.strip_prefix(TICKET_PREFIX));
    let (true, Some(ticket)) = (speaks, ticket) else {
        return Err(Error::NotAllowed(sentences::socket::no_ticket()));
    };
    let origin = event.header("origin").unwrap_or("");
    let bound = app.store.take_ticket(ticket).await?;
    let bound = bound.ok_or_else(|| Error::NotAllowed(sentences::socket::ticket_used()))?;
    if origin.is_empty() || origin != bound.origin {
        return Err(Error::NotAllowed(sentences::socket::foreign_ticket()));
    }
    app.store.add_connection(event.connection_id(), &bound).await?;
    Ok(answer(200, Some(PROTOCOL)))
}
