//! `PATCH /api/conversations/{id}` changes the name, note or status of a conversation.

use serde::Deserialize;
use shared::conversation::{Conversation, ConversationStatus, ConversationView};
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized::conversation as texts;
use utoipa::ToSchema;

use super::name::clean_name;
use super::revision::{attempts, require_rev};
use crate::app::{App, Build, Cx, Needs, authenticated, no_state};
use crate::scope::{conflict_with_current, conversation_view, visible_conversation};

/// The maximum length of a note, in characters.
pub const MAX_NOTE_CHARS: usize = 2_000;

/// The changes to a conversation. A new name or note requires the previous one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateConversation {
    /// The new name. An empty string removes the name.
    #[serde(default)]
    contact_name: Option<String>,
    /// The name before the change; absent if the contact had no name.
    #[serde(default)]
    previous_contact_name: Option<String>,
    /// The new note. An empty string removes the note.
    #[serde(default)]
    note: Option<String>,
    /// The note before the change; absent if the contact had no note.
    #[serde(default)]
    previous_note: Option<String>,
    /// The new status.
    #[serde(default)]
    status: Option<ConversationStatus>,
    /// The conversation's `rev`, allowed only with `status`. If set, the status changes only if the conversation has
    /// not changed since.
    #[serde(default)]
    rev: Option<u64>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::NONE, no_state, handle)
}

#[utoipa::path(
    patch, path = "/api/conversations/{id}", operation_id = "update-conversation",
    params(("id" = String, Path)), request_body = UpdateConversation,
    responses((status = 200, body = ConversationView)),
)]
pub(crate) async fn handle(
    Cx { app, caller, .. }: Cx<(), Caller>,
    request: Request,
) -> Result<Response> {
    let requested: UpdateConversation = request.json()?;
    if requested.contact_name.is_none() && requested.note.is_none() && requested.status.is_none() {
        return Err(Error::Unprocessable(texts::nothing_to_update()));
    }
    if requested.rev.is_some() && (requested.contact_name.is_some() || requested.note.is_some()) {
        return Err(Error::Unprocessable(texts::rev_with_more()));
    }
    let mut conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    if let Some(name) = requested.contact_name {
        let name = clean_name(Some(&name))?;
        let expected = requested.previous_contact_name;
        conversation = update_name(&app, conversation, name, expected.as_deref()).await?;
    }
    if let Some(note) = requested.note {
        let note = clean_note(&note)?;
        conversation =
            update_note(&app, conversation, note, requested.previous_note.as_deref()).await?;
    }
    if let Some(status) = requested.status {
        conversation = update_status(&app, &caller, conversation, (status, requested.rev)).await?;
    }
    Response::json(200, &conversation_view(&app, &conversation).await?)
}

async fn update_name(
    app: &App,
    conversation: Conversation,
    name: Option<String>,
    expected: Option<&str>,
) -> Result<Conversation> {
    if conversation.name == name {
        return Ok(conversation);
    }
    let conflict = texts::renamed_meanwhile();
    if conversation.name.as_deref() != expected {
        return Err(conflict_with_current(app, &conversation.id, conflict).await);
    }
    match app.store.set_name(&conversation, name.as_deref()).await? {
        Some(updated) => Ok(updated),
        None => Err(conflict_with_current(app, &conversation.id, conflict).await),
    }
}

async fn update_note(
    app: &App,
    conversation: Conversation,
    note: Option<String>,
    expected: Option<&str>,
) -> Result<Conversation> {
    let stored = app.store.get_note(&conversation).await?;
    if stored == note {
        return Ok(conversation);
    }
    let conflict = texts::note_changed();
    if stored.as_deref() != expected {
        return Err(conflict_with_current(app, &conversation.id, conflict).await);
    }
    match app.store.set_note(&conversation, expected, note.as_deref()).await? {
        Some(updated) => Ok(updated),
        None => Err(conflict_with_current(app, &conversation.id, conflict).await),
    }
}

async fn update_status(
    app: &App,
    caller: &Caller,
    mut conversation: Conversation,
    (status, rev): (ConversationStatus, Option<u64>),
) -> Result<Conversation> {
    // A message may arrive between the read and the write, so read and decide again.
    let mut attempts = attempts();
    loop {
        attempts.begin()?;
        if conversation.list_pk.as_ref().is_none_or(|partition| partition.status == status) {
            return Ok(conversation);
        }
        require_rev(app, &conversation, rev).await?;
        if let Some(updated) = app.store.set_status(&conversation, status).await? {
            return Ok(updated);
        }
        conversation = visible_conversation(app, caller, conversation.id.as_str()).await?;
    }
}

/// Returns the note without control characters other than line feeds and tabs; `None` if nothing is left.
fn clean_note(note: &str) -> Result<Option<String>> {
    let is_visible = |character: &char| !character.is_control() || matches!(character, '\n' | '\t');
    let cleaned: String = note.replace("\r\n", "\n").chars().filter(is_visible).collect();
    let cleaned = cleaned.trim();
    if cleaned.chars().count() > MAX_NOTE_CHARS {
        return Err(Error::Unprocessable(texts::note_too_long()));
    }
    Ok((!cleaned.is_empty()).then(|| cleaned.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_keeps_its_lines_and_loses_other_control_characters() {
        let cleaned = |note: &str| clean_note(note).unwrap();
        assert_eq!(cleaned("one\r\n\ttwo\u{0} \n"), Some("one\n\ttwo".to_owned()));
        assert_eq!(cleaned("\r\n"), None);
    }

    #[test]
    fn the_length_of_a_note_is_counted_in_characters_after_cleaning() {
        let longest = "ü".repeat(MAX_NOTE_CHARS);
        assert_eq!(clean_note(&format!("{longest}\n")).unwrap(), Some(longest.clone()));
        assert_eq!(clean_note(&format!("{longest}ü")).unwrap_err().status(), 422);
    }
}
