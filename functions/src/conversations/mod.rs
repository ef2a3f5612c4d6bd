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
use shared::sentences::{Sentence, conversation as sentences};

use crate::app::App;

/// How often a change is tried again while the conversation moves on between the read and the write.
const TRIES: u32 = 16;

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

/// That the conversation has the `rev` that was seen, where one was given.
pub async fn as_seen(app: &App, conversation: &Conversation, rev: Option<u64>) -> Result<()> {
    if rev.is_none_or(|rev| rev == conversation.rev) {
        return Ok(());
    }
    Err(changed_meanwhile(app, &conversation.id, sentences::changed_meanwhile()).await)
}

/// It moved on at every one of the [`TRIES`].
fn restless() -> Error {
    Error::Busy("the conversation moved on at every try".into())
}

/// How the API shows a conversation that is on the desk.
pub fn view(conversation: &Conversation) -> Result<shared::conversation::ConversationView> {
    conversation.view().ok_or_else(Error::no_conversation)
}
