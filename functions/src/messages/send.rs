//! `POST /api/conversations/{id}/messages`: one click, stored with its intent; `dispatch` does the rest.

use std::sync::Arc;

use serde::Deserialize;
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::files::Files;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::message::{Message, MessageView};
use shared::sentences;
use shared::store::{Click, Sent};
use utoipa::ToSchema;

use super::attaching::{self, AttachedUpload};
use super::deciding::{Counting, PARAMETERS, Senders, decide, refusal};
use crate::app::{App, Build, people};
use crate::conversations::seen_by;
use crate::media::bucket;

/// What is to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// The text, 1 to 1,600 characters; empty only if files go with it.
    #[serde(default)]
    body: String,
    /// The files that go with it, at most ten.
    #[serde(default)]
    media: Vec<AttachedUpload>,
    /// Made by the browser for this click: the same key sends once.
    idempotency_key: String,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, PARAMETERS, Post::open, handle)
}

/// What a send needs.
#[derive(Debug)]
pub(crate) struct Post {
    senders: Senders,
    files: Files,
}

impl Post {
    fn open(app: &App) -> Result<Self> {
        Ok(Self { senders: Senders::open(app)?, files: bucket(app)? })
    }
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages", operation_id = "send-message",
    params(("id" = String, Path)), request_body = SendMessage,
    responses((status = 202, body = MessageView)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    post: Arc<Post>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let wanted: SendMessage = request.json()?;
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    let Post { senders, files } = &*post;
    let mut click = click(&caller, wanted.body, wanted.idempotency_key)?;
    click.media = attaching::wanted(&conversation, &wanted.media)?;
    let mut fresh = None;
    // What was taken before is not looked at again: its uploads may be gone.
    if !click.media.is_empty() && app.store.clicked(&click).await?.is_none() {
        attaching::look(&app, files, &caller, &conversation, &mut click.media).await?;
        fresh = Some(files);
    }
    sent(&app, senders, &caller, &conversation, &click, Sending { again: None, fresh }).await
}

/// A click; whether its text may be sent is decided where it is stored.
pub fn click(caller: &Caller, body: String, key: String) -> Result<Click> {
    let usable = (8..=64).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if !usable {
        return Err(Error::Refused(sentences::message::key_unusable()));
    }
    let (user, author) = (caller.username.clone(), caller.name.clone());
    Ok(Click { user, author, key, body, media: Vec::new() })
}

/// How a click is sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sending<'a> {
    /// The message that it stands in for.
    pub again: Option<&'a Message>,
    /// The bucket, if its files are uploads that are still to be kept.
    pub fresh: Option<&'a Files>,
}

/// Stores a click and answers.
pub async fn sent(
    app: &App,
    senders: &Senders,
    caller: &Caller,
    to: &Conversation,
    click: &Click,
    Sending { again, fresh }: Sending<'_>,
) -> Result<Response> {
    let circumstances = senders.circumstances(app, caller, to, Counting::Send).await?;
    let attachments = attaching::attachments(&click.media);
    let decide = |seen: &Conversation| decide(app, &circumstances, seen, &click.body, &attachments);
    if let Some(files) = fresh
        && decide(to).yes()
    {
        attaching::keep(files, &click.media).await?;
    }
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
        Sent::KeyUsed => Err(Error::conflict(sentences::message::key_used())),
        Sent::NotRetryable => Err(Error::conflict(sentences::message::not_retryable())),
        Sent::MayNot(decision) => Err(refusal(app, &decision)),
        Sent::NoConversation => Err(Error::no_conversation()),
    }
}
