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
use shared::lambda::Caller;
use shared::sentences::Sentence;

use crate::app::App;

/// A conversation on the desk that this person may see; otherwise it looks as if there were none.
pub async fn seen_by(app: &App, caller: &Caller, id: &str) -> Result<Conversation> {
    let id = ConversationId::parse(id).ok_or_else(Error::no_conversation)?;
    let found = app.store.conversation(&id).await?;
    found
        .filter(|found| found.list_pk.is_some() && caller.sees(&found.inbox))
        .ok_or_else(Error::no_conversation)
}

/// Somebody else was faster: the present state goes with the answer.
pub async fn changed_meanwhile(app: &App, id: &ConversationId, sentence: Sentence) -> Error {
    match app.store.conversation(id).await {
        Ok(current) => {
            let view = current.and_then(|current| current.view());
            let current = view.and_then(|view| serde_json::to_value(view).ok()).map(Box::new);
            Error::Conflict { sentence, current }
        }
        Err(error) => error,
    }
}

/// How the API shows a conversation that is on the desk.
pub fn view(conversation: &Conversation) -> Result<shared::conversation::ConversationView> {
    conversation.view().ok_or_else(Error::no_conversation)
}
