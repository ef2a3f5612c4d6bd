//! `$disconnect`: the socket's row goes, and no other.

use std::sync::Arc;

use serde_json::Value;
use shared::error::Result;
use shared::lambda::{Setup, SocketEvent, socket::socket_response};

use crate::app::{App, Build, no_state, socket};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    socket(setup, &[], no_state, handle)
}

async fn handle(app: Arc<App>, _: Arc<()>, event: SocketEvent) -> Result<Value> {
    app.store.delete_connection(event.connection_id()).await?;
    Ok(socket_response(200, None))
}
