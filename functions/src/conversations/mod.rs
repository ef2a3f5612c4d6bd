//! Conversations: listed, read, started, named, opened and closed, read up to, deleted.

pub mod delete;
pub mod erase;
pub mod get;
pub mod list;
pub mod mark_read;
pub mod start;
pub mod update;

use shared::conversation::{Conversation, ConversationId};
use shared::error::{Error, Result};
use shared::lambda::{Caller, Function};
use shared::localized::{LocalizedText, conversation as sentences};

use crate::app::App;
use crate::table::{http, invocation};

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[
    http("list-conversations", "GET", "/api/conversations", list::build),
    http("get-conversation", "GET", "/api/conversations/{id}", get::build),
    http("start-conversation", "POST", "/api/conversations", start::build),
    http("update-conversation", "PATCH", "/api/conversations/{id}", update::build),
    http("delete-conversation", "DELETE", "/api/conversations/{id}", delete::build),
    http("mark-read", "POST", "/api/conversations/{id}/read", mark_read::build),
    invocation("erase-conversation", erase::build),
];

/// How often a change is tried again while the conversation moves on between the read and the write.
const MAX_ATTEMPTS: u32 = 16;

/// A conversation on the desk that this person may see; otherwise it looks as if there were none.
pub async fn visible_conversation(app: &App, caller: &Caller, id: &str) -> Result<Conversation> {
    let id = ConversationId::parse(id).ok_or_else(Error::conversation_not_found)?;
    let conversation = app.store.get_conversation(&id).await?;
    conversation
        .filter(|conversation| {
            conversation.list_pk.is_some() && caller.can_see_inbox(&conversation.inbox)
        })
        .ok_or_else(Error::conversation_not_found)
}

/// Somebody else was faster: the present state goes with the answer.
pub async fn conflict_with_current(app: &App, id: &ConversationId, text: LocalizedText) -> Error {
    match app.store.get_conversation(id).await {
        Ok(current) => {
            let view = current.and_then(|current| current.view());
            let current = view.and_then(|view| serde_json::to_value(view).ok()).map(Box::new);
            Error::Conflict { text, current }
        }
        Err(error) => error,
    }
}

/// That the conversation has the `rev` that was seen, where one was given.
pub async fn require_rev(app: &App, conversation: &Conversation, rev: Option<u64>) -> Result<()> {
    if rev.is_none_or(|rev| rev == conversation.rev) {
        return Ok(());
    }
    Err(conflict_with_current(app, &conversation.id, sentences::changed_meanwhile()).await)
}

/// It moved on at every one of the [`TRIES`].
fn contended() -> Error {
    Error::Unavailable("the conversation changed on every attempt".into())
}

/// How the API shows a conversation that is on the desk.
pub fn conversation_view(
    conversation: &Conversation,
) -> Result<shared::conversation::ConversationView> {
    conversation.view().ok_or_else(Error::conversation_not_found)
}
