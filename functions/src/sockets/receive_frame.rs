//! `$default`: what the page shows now. Nothing is answered; a frame that cannot be read changes nothing.

use std::collections::BTreeSet;
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
    /// Tell the messages of these conversations and of no others: five at the most. Frames may overtake each other on
    /// their way: of a socket's, the one with the highest turn holds.
    Show {
        /// The conversations. One that does not exist, or is not for this person, is left out.
        conversation_ids: Vec<String>,
        /// Rises with every frame.
        turn: u64,
    },
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
    let id = event.connection_id();
    match frame {
        ClientFrame::Show { conversation_ids, turn } => {
            show(&app, id, conversation_ids, turn).await
        }
        ClientFrame::Watch { conversation_id } => change(&app, id, &conversation_id, true).await,
        ClientFrame::Unwatch { conversation_id } => change(&app, id, &conversation_id, false).await,
        ClientFrame::Ping => Ok(()),
    }?;
    Ok(answer(200, None))
}

async fn show(app: &App, id: &str, asked: Vec<String>, turn: u64) -> Result<()> {
    if asked.len() > WATCHED {
        return Err(Error::Refused(sentences::socket::watches_too_many()));
    }
    let seen = connection(app, id).await?;
    let mut wanted: BTreeSet<_> = asked.iter().filter_map(|id| ConversationId::parse(id)).collect();
    let asked: Vec<_> = wanted.difference(&seen.watching).cloned().collect();
    for asked in asked {
        if !may_see(app, &seen, &asked).await? {
            wanted.remove(&asked);
        }
    }
    app.store.show(id, &wanted, turn).await
}

async fn change(app: &App, id: &str, wanted: &ConversationId, watch: bool) -> Result<()> {
    // Two frames of one socket may run at once: each must see the other's change.
    for _ in 0..8 {
        let seen = connection(app, id).await?;
        let mut watching = seen.watching.clone();
        if !watch {
            watching.remove(wanted);
        } else if watching.len() >= WATCHED && !watching.contains(wanted) {
            return Err(Error::Refused(sentences::socket::watches_too_many()));
        } else if !may_see(app, &seen, wanted).await? {
            return Err(Error::no_conversation());
        } else {
            watching.insert(wanted.clone());
        }
        if watching == seen.watching || app.store.set_watching(&seen, &watching).await? {
            return Ok(());
        }
    }
    Err(Error::Busy("the socket's row changed at every try".into()))
}

async fn connection(app: &App, id: &str) -> Result<Connection> {
    let found = app.store.connection(id).await?;
    found.ok_or_else(|| Error::NotFound(sentences::socket::missing()))
}

async fn may_see(app: &App, seen: &Connection, wanted: &ConversationId) -> Result<bool> {
    let conversation = app.store.conversation(wanted).await?;
    Ok(conversation.is_some_and(|found| seen.inboxes.contains(&found.inbox)))
}
