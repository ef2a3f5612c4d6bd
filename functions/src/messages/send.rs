//! `POST /api/conversations/{id}/messages`: one click, stored with its intent; `dispatch` does the rest.

use serde::Deserialize;
use shared::bucket::MediaBucket;
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::message::{Message, MessageView};
use shared::store::{NewOutbound, OutboundOutcome};
use utoipa::ToSchema;

use super::attachments::{self, AttachedUpload};
use super::send_check::{RateMode, check_send, send_context, send_error};
use crate::app::{App, Build, Cx, Needs, Variable, authenticated};
use crate::scope::visible_conversation;
use crate::senders::directory::{PARAMETERS, SenderDirectory};

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
    authenticated(
        setup,
        Needs::parameters(PARAMETERS).variables(&[Variable::MediaBucket]),
        SendState::from_app,
        handle,
    )
}

/// What a send needs.
#[derive(Debug)]
pub(crate) struct SendState {
    senders: SenderDirectory,
    bucket: MediaBucket,
}

impl SendState {
    fn from_app(app: &App) -> Result<Self> {
        Ok(Self { senders: SenderDirectory::from_app(app)?, bucket: app.bucket()? })
    }
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages", operation_id = "send-message",
    params(("id" = String, Path)), request_body = SendMessage,
    responses((status = 202, body = MessageView)),
)]
pub(crate) async fn handle(
    Cx { app, state, caller }: Cx<SendState, Caller>,
    request: Request,
) -> Result<Response> {
    let requested: SendMessage = request.json()?;
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    let SendState { senders, bucket } = &*state;
    let mut outbound = new_outbound(&caller, requested.body, requested.idempotency_key)?;
    outbound.media = attachments::requested_media(&conversation, &requested.media)?;
    let mut uploads = None;
    // What was taken before is not looked at again: its uploads may be gone.
    if !outbound.media.is_empty() && app.store.find_by_idempotency_key(&outbound).await?.is_none() {
        attachments::validate_uploads(&app, bucket, &caller, &conversation, &mut outbound.media)
            .await?;
        uploads = Some(bucket);
    }
    store_and_respond(
        &app,
        senders,
        &caller,
        &conversation,
        &outbound,
        SendOptions { retry_of: None, uploads },
    )
    .await
}

/// A click; whether its text may be sent is decided where it is stored.
pub fn new_outbound(caller: &Caller, body: String, idempotency_key: String) -> Result<NewOutbound> {
    let valid_key = (8..=64).contains(&idempotency_key.len())
        && idempotency_key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if !valid_key {
        return Err(Error::Unprocessable(localized::message::key_unusable()));
    }
    let (user, author) = (caller.username.clone(), caller.name.clone());
    Ok(NewOutbound { user, author, idempotency_key, body, media: Vec::new() })
}

/// How a click is sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct SendOptions<'a> {
    /// The message that it stands in for.
    pub retry_of: Option<&'a Message>,
    /// The bucket, if its files are uploads that are still to be kept.
    pub uploads: Option<&'a MediaBucket>,
}

/// Stores a click and answers.
pub async fn store_and_respond(
    app: &App,
    senders: &SenderDirectory,
    caller: &Caller,
    conversation: &Conversation,
    outbound: &NewOutbound,
    SendOptions { retry_of, uploads }: SendOptions<'_>,
) -> Result<Response> {
    let context = send_context(app, senders, caller, conversation, RateMode::Consume).await?;
    let attachments = attachments::draft_attachments(&outbound.media);
    let check =
        |current: &Conversation| check_send(app, &context, current, &outbound.body, &attachments);
    if let Some(bucket) = uploads
        && check(conversation).is_allowed()
    {
        attachments::persist_uploads(bucket, &outbound.media).await?;
    }
    match app.store.put_outbound(&conversation.id, outbound, retry_of, &check).await? {
        OutboundOutcome::Stored(message, entry) => {
            tracing::info!(
                conversation.id = %message.conversation,
                message.id = %message.id,
                "Message queued"
            );
            Response::json(202, &message.view(Some(entry.view())))
        }
        OutboundOutcome::Duplicate(message) => {
            let queue = app.store.list_queue(&conversation.id).await?;
            let entry = queue.iter().find(|entry| entry.message_id == message.id);
            Response::json(202, &message.view(entry.map(shared::outbox::OutboxEntry::view)))
        }
        OutboundOutcome::KeyReused => Err(Error::conflict(localized::message::key_used())),
        OutboundOutcome::NotRetryable => Err(Error::conflict(localized::message::not_retryable())),
        OutboundOutcome::Denied(check) => Err(send_error(app, &check)),
        OutboundOutcome::ConversationNotFound => Err(Error::conversation_not_found()),
    }
}
