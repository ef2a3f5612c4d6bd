//! `PATCH /api/conversations/{id}`: another name, another note, or open or closed.

use std::sync::Arc;

use serde::Deserialize;
use shared::conversation::{Conversation, ConversationStatus, ConversationView};
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::sentences::conversation as sentences;
use utoipa::ToSchema;

use super::{TRIES, as_seen, changed_meanwhile, restless, seen_by, view};
use crate::app::{App, Build, nothing, people};

/// The longest name, characters.
const LONGEST_NAME: usize = 120;

/// The longest note, characters.
const LONGEST_NOTE: usize = 2_000;

/// What is to be another. A name or a note needs the one that was seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateConversation {
    /// The new name; an empty text takes the name away.
    #[serde(default)]
    contact_name: Option<String>,
    /// The name that was seen.
    #[serde(default)]
    previous_contact_name: Option<String>,
    /// The new note; an empty text takes the note away.
    #[serde(default)]
    note: Option<String>,
    /// The note that was seen.
    #[serde(default)]
    previous_note: Option<String>,
    /// Open or closed.
    #[serde(default)]
    status: Option<ConversationStatus>,
    /// The conversation's `rev` as the page shows it: with it, the status changes only if nothing else did.
    #[serde(default)]
    rev: Option<u64>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], nothing, handle)
}

#[utoipa::path(
    patch, path = "/api/conversations/{id}", operation_id = "update-conversation",
    params(("id" = String, Path)), request_body = UpdateConversation,
    responses((status = 200, body = ConversationView)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    _: Arc<()>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let wanted: UpdateConversation = request.json()?;
    if wanted.contact_name.is_none() && wanted.note.is_none() && wanted.status.is_none() {
        return Err(Error::Refused(sentences::nothing_to_update()));
    }
    if wanted.rev.is_some() && (wanted.contact_name.is_some() || wanted.note.is_some()) {
        return Err(Error::Refused(sentences::rev_with_more()));
    }
    let mut conversation = seen_by(&app, &caller, request.path("id")).await?;
    if let Some(name) = wanted.contact_name {
        let name = clean_name(Some(&name))?;
        let seen = wanted.previous_contact_name;
        conversation = renamed(&app, conversation, name, seen.as_deref()).await?;
    }
    if let Some(note) = wanted.note {
        let note = clean_note(&note)?;
        conversation = noted(&app, conversation, note, wanted.previous_note.as_deref()).await?;
    }
    if let Some(status) = wanted.status {
        conversation = moved(&app, &caller, conversation, (status, wanted.rev)).await?;
    }
    Response::json(200, &view(&conversation)?)
}

async fn renamed(
    app: &App,
    conversation: Conversation,
    name: Option<String>,
    seen: Option<&str>,
) -> Result<Conversation> {
    if conversation.name == name {
        return Ok(conversation);
    }
    let taken = sentences::renamed_meanwhile();
    if conversation.name.as_deref() != seen {
        return Err(changed_meanwhile(app, &conversation.id, taken).await);
    }
    match app.store.rename(&conversation, name.as_deref()).await? {
        Some(renamed) => Ok(renamed),
        None => Err(changed_meanwhile(app, &conversation.id, taken).await),
    }
}

async fn noted(
    app: &App,
    conversation: Conversation,
    note: Option<String>,
    seen: Option<&str>,
) -> Result<Conversation> {
    if conversation.note == note {
        return Ok(conversation);
    }
    let taken = sentences::note_changed_meanwhile();
    if conversation.note.as_deref() != seen {
        return Err(changed_meanwhile(app, &conversation.id, taken).await);
    }
    match app.store.note(&conversation, note.as_deref()).await? {
        Some(noted) => Ok(noted),
        None => Err(changed_meanwhile(app, &conversation.id, taken).await),
    }
}

async fn moved(
    app: &App,
    caller: &Caller,
    mut conversation: Conversation,
    (status, rev): (ConversationStatus, Option<u64>),
) -> Result<Conversation> {
    // A message may arrive between the read and the write: read and decide again.
    for _ in 0..TRIES {
        if conversation.list_pk.as_ref().is_none_or(|place| place.status == status) {
            return Ok(conversation);
        }
        as_seen(app, &conversation, rev).await?;
        if let Some(moved) = app.store.set_status(&conversation, status).await? {
            return Ok(moved);
        }
        conversation = seen_by(app, caller, conversation.id.as_str()).await?;
    }
    Err(restless())
}

/// A name without what cannot be seen; none if nothing is left.
pub fn clean_name(name: Option<&str>) -> Result<Option<String>> {
    let kept: String =
        name.unwrap_or_default().chars().filter(|character| !character.is_control()).collect();
    let kept = kept.trim();
    if kept.chars().count() > LONGEST_NAME {
        return Err(Error::Refused(sentences::name_too_long(LONGEST_NAME)));
    }
    Ok((!kept.is_empty()).then(|| kept.to_owned()))
}

/// A note without what cannot be seen, its lines kept; none if nothing is left.
fn clean_note(note: &str) -> Result<Option<String>> {
    let seen = |character: &char| !character.is_control() || matches!(character, '\n' | '\t');
    let kept: String = note.replace("\r\n", "\n").chars().filter(seen).collect();
    let kept = kept.trim();
    if kept.chars().count() > LONGEST_NOTE {
        return Err(Error::Refused(sentences::note_too_long()));
    }
    Ok((!kept.is_empty()).then(|| kept.to_owned()))
}
