//! `PATCH /api/conversations/{id}` changes the name, note, status or place of a conversation, in one write.

use serde::Deserialize;
use shared::conversation::{Conversation, ConversationStatus, ConversationView};
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized::conversation as texts;
use shared::store::ConversationChange;
use utoipa::ToSchema;

use super::name::clean_name;
use super::revision::{attempts, require_rev};
use crate::app::{App, Build, Cx, Needs, authenticated, no_state};
use crate::scope::{conflict_with_current, conversation_view, visible_conversation};

/// The maximum length of a note, in characters.
pub const MAX_NOTE_CHARS: usize = 2_000;

/// The changes to a conversation, all of them or none. A new name or note requires the previous one.
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
    /// `true` marks the conversation unread. Requires `rev`.
    #[serde(default)]
    unread: Option<bool>,
    /// `false` says that no reply is needed. Requires `rev`.
    #[serde(default)]
    waiting: Option<bool>,
    /// The conversation's `rev`. If set, nothing changes unless the conversation is as it was shown.
    #[serde(default)]
    rev: Option<u64>,
}

impl UpdateConversation {
    fn check(&self) -> Result<()> {
        if self.unread == Some(false) || self.waiting == Some(true) {
            return Err(Error::Unprocessable(texts::only_one_way()));
        }
        if self.unread.is_some() && self.waiting.is_some() {
            return Err(Error::Unprocessable(texts::unread_or_dismissed()));
        }
        if (self.unread.is_some() || self.waiting.is_some()) && self.rev.is_none() {
            return Err(Error::Unprocessable(texts::rev_required()));
        }
        let fields = [self.contact_name.is_some(), self.note.is_some(), self.status.is_some()];
        if !fields.contains(&true) && self.unread.is_none() && self.waiting.is_none() {
            return Err(Error::Unprocessable(texts::nothing_to_update()));
        }
        Ok(())
    }
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
    requested.check()?;
    // Another write may come between the read and the write, so read and decide again.
    let mut attempts = attempts();
    loop {
        attempts.begin()?;
        let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
        let change = decide(&app, &conversation, &requested).await?;
        if change.is_empty() {
            return Response::json(200, &conversation_view(&app, &conversation).await?);
        }
        require_rev(&app, &conversation, requested.rev).await?;
        if let Some(updated) = app.store.update_conversation(&conversation, &change).await? {
            return Response::json(200, &conversation_view(&app, &updated).await?);
        }
    }
}

/// Returns what changes in a conversation as it is now.
///
/// # Errors
/// `Conflict` with the present conversation if the name or the note is not the previous one.
async fn decide(
    app: &App,
    conversation: &Conversation,
    requested: &UpdateConversation,
) -> Result<ConversationChange> {
    let mut change = ConversationChange::default();
    if let Some(name) = &requested.contact_name {
        let name = clean_name(Some(name))?;
        if conversation.name != name {
            if conversation.name != requested.previous_contact_name {
                let conflict = texts::renamed_meanwhile();
                return Err(conflict_with_current(app, &conversation.id, conflict).await);
            }
            change.name = Some(name);
        }
    }
    if let Some(note) = &requested.note {
        let note = clean_note(note)?;
        let stored = app.store.get_note(conversation).await?;
        if stored != note {
            if stored != requested.previous_note {
                let conflict = texts::note_changed();
                return Err(conflict_with_current(app, &conversation.id, conflict).await);
            }
            change.note = Some((stored, note));
        }
    }
    let partition = conversation.list_pk.as_ref();
    change.status = requested
        .status
        .filter(|status| partition.is_some_and(|partition| partition.status != *status));
    change.unread = requested.unread.is_some() && conversation.unread == 0;
    change.no_reply_needed = requested.waiting.is_some()
        && (conversation.waiting_since.is_some() || conversation.unread > 0);
    Ok(change)
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
