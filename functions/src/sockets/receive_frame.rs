//! `$default`: what the page shows now. Nothing is answered; a frame that cannot be read changes nothing.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use shared::conversation::ConversationId;
use shared::error::{Error, Result};
use shared::lambda::{Setup, SocketEvent, socket::answer};
use shared::sentences;
use shared::store::{Connection, WATCHED};
use utoipa::ToSchema;

use crate::app::{App, Build, nothing, socket};

/// What a page sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// Tell the messages of this conversation too: five at the most.
    Watch {
        /// The conversation.
        #[schema(value_type = String)]
        conversation_id: ConversationId,
    },
    /// No longer.
    Unwatch {
        /// The conversation.
        #[schema(value_type = String)]
        conversation_id: ConversationId,
    },
    /// Still here: an idle socket is cut after ten minutes.
    Ping,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    socket(setup, &[], nothing, handle)
}

async fn handle(app: Arc<App>, _: Arc<()>, event: SocketEvent) -> Result<Value> {
    let frame: ClientFrame = serde_json::from_str(event.body())
        .map_err(|_| Error::Malformed(sentences::socket::frame()))?;
    let gone = || Error::NotFound(sentences::socket::missing());
    let wanted = match &frame {
        ClientFrame::Ping => return Ok(answer(200, None)),
        ClientFrame::Watch { conversation_id } | ClientFrame::Unwatch { conversation_id } => {
            conversation_id
        }
    };
    // Two frames of one socket may run at once: each must see the other's change.
    for _ in 0..8 {
        let seen = app.store.connection(event.connection_id()).await?.ok_or_else(gone)?;
        let mut watching = seen.watching.clone();
        if matches!(frame, ClientFrame::Watch { .. }) {
            may_watch(&app, &seen, wanted, watching.len()).await?;
            watching.insert(wanted.clone());
        } else {
            watching.remove(wanted);
        }
        if watching == seen.watching || app.store.set_watching(&seen, &watching).await? {
            return Ok(answer(200, None));
        }
    }
    Err(Error::Busy("the socket's row changed at every try".into()))
}

async fn may_watch(
    app: &App,
    seen: &Connection,
    wanted: &ConversationId,
    watched: usize,
) -> Result<()> {
    if watched >= WATCHED && !seen.watching.contains(wanted) {
        return Err(Error::Refused(sentences::socket::watches_too_many()));
    }
    let conversation = app.store.conversation(wanted).await?;
    match conversation.filter(|found| seen.inboxes.contains(&found.inbox)) {
        Some(_) => Ok(()),
        None => Err(Error::no_conversation()),
    }
}
