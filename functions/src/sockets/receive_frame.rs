//! `$default` receives a frame: the conversations that the page watches, or a ping.
//!
//! The page receives no response. An invalid frame changes nothing.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use shared::conversation::ConversationId;
use shared::error::{Error, Result};
use shared::lambda::{Setup, SocketEvent, socket::socket_response};
use shared::localized;
use shared::store::{Connection, MAX_WATCHED};
use utoipa::ToSchema;

use crate::app::{App, Build, Cx, socket};

/// A frame that the page sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// Replaces the conversations that the socket watches, at most five. Frames can arrive out of order; the one with
    /// the highest `sequence` applies.
    Watch {
        /// The IDs of the conversations. IDs that do not exist or that the user cannot see are ignored.
        conversation_ids: Vec<String>,
        /// A number that grows with every frame of the socket.
        sequence: u64,
    },
    /// Keeps the socket open. API Gateway closes a socket that is idle for ten minutes.
    Ping,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    socket(setup, handle)
}

async fn handle(Cx { app, .. }: Cx, event: SocketEvent) -> Result<Value> {
    let frame: ClientFrame = serde_json::from_str(event.body())
        .map_err(|_| Error::BadRequest(localized::socket::frame()))?;
    let id = event.connection_id();
    match frame {
        ClientFrame::Watch { conversation_ids, sequence } => {
            watch(&app, id, conversation_ids, sequence).await
        }
        ClientFrame::Ping => Ok(()),
    }?;
    Ok(socket_response(200, None))
}

async fn watch(app: &App, id: &str, conversation_ids: Vec<String>, sequence: u64) -> Result<()> {
    if conversation_ids.len() > MAX_WATCHED {
        return Err(Error::Unprocessable(localized::socket::watches_too_many()));
    }
    let connection = require_connection(app, id).await?;
    let mut requested: BTreeSet<_> =
        conversation_ids.iter().filter_map(|id| ConversationId::parse(id)).collect();
    let added: Vec<_> = requested.difference(&connection.watched).cloned().collect();
    for conversation_id in added {
        if !can_watch(app, &connection, &conversation_id).await? {
            requested.remove(&conversation_id);
        }
    }
    app.store.set_watched(id, &requested, sequence).await
}

async fn require_connection(app: &App, id: &str) -> Result<Connection> {
    let connection = app.store.get_connection(id).await?;
    connection.ok_or_else(|| Error::NotFound(localized::socket::missing()))
}

async fn can_watch(
    app: &App,
    connection: &Connection,
    conversation_id: &ConversationId,
) -> Result<bool> {
    let conversation = app.store.get_conversation(conversation_id).await?;
    Ok(conversation.is_some_and(|conversation| connection.inboxes.contains(&conversation.inbox)))
}
