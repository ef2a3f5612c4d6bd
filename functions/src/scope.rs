//! Finds the conversations and messages that a caller may see.

use shared::conversation::{Conversation, ConversationId, ConversationView};
use shared::error::{Error, Result};
use shared::ids::MessageId;
use shared::lambda::Caller;
use shared::localized::LocalizedText;
use shared::message::Message;

use crate::app::App;

/// Returns a listed conversation that the caller may see; `NotFound` otherwise, so that existence is not revealed.
pub async fn visible_conversation(app: &App, caller: &Caller, id: &str) -> Result<Conversation> {
    let id = ConversationId::parse(id).ok_or_else(Error::conversation_not_found)?;
    let conversation = app.store.get_conversation(&id).await?;
    conversation
        .filter(|conversation| {
            conversation.list_pk.is_some() && caller.can_see_inbox(&conversation.inbox)
        })
        .ok_or_else(Error::conversation_not_found)
}

/// Returns a message of a visible conversation; `NotFound` if it does not exist or was deleted.
pub async fn visible_message(app: &App, conversation: &Conversation, id: &str) -> Result<Message> {
    let id = MessageId::parse(id).ok_or_else(Error::message_not_found)?;
    if conversation.deleted_through.is_some_and(|deleted_through| id <= deleted_through) {
        return Err(Error::message_not_found());
    }
    app.store.get_message(&conversation.id, id).await?.ok_or_else(Error::message_not_found)
}

/// Returns a listed conversation as the API shows it, with its note; `NotFound` if it is not listed.
pub async fn conversation_view(app: &App, conversation: &Conversation) -> Result<ConversationView> {
    let note = app.store.get_note(conversation).await?;
    conversation.view(note).ok_or_else(Error::conversation_not_found)
}

/// Returns the error for a lost update, with the current state of the conversation.
pub async fn conflict_with_current(app: &App, id: &ConversationId, text: LocalizedText) -> Error {
    match current_view(app, id).await {
        Ok(current) => {
            let current = current.and_then(|view| serde_json::to_value(view).ok()).map(Box::new);
            Error::Conflict { text, current }
        }
        Err(error) => error,
    }
}

async fn current_view(app: &App, id: &ConversationId) -> Result<Option<ConversationView>> {
    let Some(current) = app.store.get_conversation(id).await? else { return Ok(None) };
    Ok(current.view(app.store.get_note(&current).await?))
}
