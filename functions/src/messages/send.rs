//! `POST /api/conversations/{id}/messages`: one click, stored with its intent; `dispatch` does the rest.

use std::sync::Arc;

use serde::Deserialize;
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::message::{Message, MessageView};
use shared::store::{Click, Sent};
use utoipa::ToSchema;

use super::deciding::{Counting, PARAMETERS, Senders, decide, refusal};
use crate::app::{App, Build, people};
use crate::conversations::seen_by;

/// What is to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// The text, 1 to 1,600 characters.
    body: String,
    /// Made by the browser for this click: the same key sends once.
    idempotency_key: String,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, PARAMETERS, Senders::open, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages", operation_id = "send-message",
    params(("id" = String, Path)), request_body = SendMessage,
    responses((status = 202, body = MessageView)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    senders: Arc<Senders>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let wanted: SendMessage = request.json()?;
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    let click = click(&caller, wanted.body, wanted.idempotency_key)?;
    sent(&app, &senders, &caller, &conversation, &click, None).await
}

/// A click; whether its text may be sent is decided where it is stored.
pub fn click(caller: &Caller, body: String, key: String) -> Result<Click> {
    let usable = (8..=64).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if !usable {
        let detail = "The idempotency_key is 8 to 64 letters, digits, hyphens or underscores.";
        return Err(Error::Refused(detail.to_owned()));
    }
    Ok(Click { user: caller.username.clone(), author: caller.name.clone(), key, body })
}

/// Stores a click and answers.
pub async fn sent(
    app: &App,
    senders: &Senders,
    caller: &Caller,
    to: &Conversation,
    click: &Click,
    again: Option<&Message>,
) -> Result<Response> {
    let conflict = |detail: &str| Error::Conflict { detail: detail.to_owned(), current: None };
    let circumstances = senders.circumstances(app, caller, to, Counting::Send).await?;
    let decide = |seen: &Conversation| decide(app, &circumstances, seen, &click.body, &[]);
    match app.store.send(&to.id, click, again, &decide).await? {
        Sent::Now(message, intent) => {
            tracing::info!(
                conversation.id = %message.conversation,
                message.id = %message.id,
                "A message is to be sent"
            );
            Response::json(202, &message.view(Some(intent.view())))
        }
        Sent::Before(message) => {
            let lane = app.store.lane(&to.id).await?;
            let intent = lane.iter().find(|intent| intent.target == message.id);
            Response::json(202, &message.view(intent.map(shared::intent::Intent::view)))
        }
        Sent::KeyUsed => Err(conflict("This key was used for another message.")),
        Sent::NotRetryable => {
            Err(conflict("This message did not fail, or it was sent again already."))
        }
        Sent::MayNot(decision) => Err(refusal(app, &decision)),
        Sent::NoConversation => Err(Error::no_conversation()),
    }
}
