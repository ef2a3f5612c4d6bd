//! `$disconnect` deletes the row of a closed socket.

use serde_json::Value;
use shared::error::Result;
use shared::lambda::{Setup, SocketEvent, socket::socket_response};

use crate::app::{Build, Cx, socket};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    socket(setup, handle)
}

async fn handle(Cx { app, .. }: Cx, event: SocketEvent) -> Result<Value> {
    app.store.delete_connection(event.connection_id()).await?;
    Ok(socket_response(200, None))
}
