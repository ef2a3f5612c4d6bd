//! `$disconnect`: the socket's row goes, and no other.

use std::sync::Arc;

use serde_json::Value;
use shared::error::Result;
use shared::lambda::{Setup, SocketEvent, socket::answer};

use crate::app::{App, Build, nothing, socket};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    socket(setup, &[], nothing, handle)
}

async fn handle(app: Arc<App>, _: Arc<()>, event: SocketEvent) -> Result<Value> {
    app.store.forget_connection(event.connection_id()).await?;
    Ok(answer(200, None))
}
