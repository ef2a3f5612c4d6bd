//! `POST /api/conversations/{id}/messages` stores a message and its outbox entry. `dispatch` sends it.

use serde::Deserialize;
use shared::bucket::MediaBucket;
use shared::conversation::Conversation;
use shared::error::{Error, Result};
use shared::idempotency_key::IdempotencyKey;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::media::Media;
use shared::message::{Message, MessageView};
use shared::store::{NewOutbound, OutboundOutcome};
use utoipa::ToSchema;

use super::attachments::{self, AttachedUpload, FileCopies};
use super::send_check::{RateMode, check_send, send_context, send_error};
use crate::app::{App, Build, Cx, Needs, Variable, authenticated};
use crate::scope::visible_conversation;
use crate::senders::directory::{PARAMETERS, SenderDirectory};

/// The message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// The text: 1 to 1,600 characters, or empty if files are attached.
    #[serde(default)]
    body: String,
    /// The uploaded files to attach, at most ten.
    #[serde(default)]
    media: Vec<AttachedUpload>,
    /// The idempotency key of this action: 8 to 64 of `[A-Za-z0-9_-]`. A key sends one message.
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

/// The senders and the media bucket.
#[derive(Debug)]
pub(crate) struct SendState {
    /// The senders.
    pub(super) senders: SenderDirectory,
    /// The media bucket.
    pub(super) bucket: MediaBucket,
}

impl SendState {
    /// Creates the state from the parameters and the environment.
    pub(super) fn from_app(app: &App) -> Result<Self> {
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
    let mut outbound = new_outbound(&caller, requested.body, &requested.idempotency_key)?;
    let mut media = attachments::requested_media(&conversation, &outbound, &requested.media)?;
    outbound.media = media.iter().cloned().map(Media::Stored).collect();
    let mut copies = None;
    // A repeated request is not validated again: its uploads may have expired.
    if !outbound.media.is_empty() && app.store.find_by_idempotency_key(&outbound).await?.is_none() {
        attachments::validate_uploads(&app, bucket, &caller, &conversation, &mut media).await?;
        copies = Some(FileCopies::of_uploads(bucket, &media));
        outbound.media = media.into_iter().map(Media::Stored).collect();
    }
    store_and_respond(
        &app,
        senders,
        &caller,
        &conversation,
        &outbound,
        SendOptions { retry_of: None, copies: copies.as_ref() },
    )
    .await
}

/// Returns a message to send. Validates the idempotency key; the text is checked when it is stored.
pub fn new_outbound(caller: &Caller, body: String, idempotency_key: &str) -> Result<NewOutbound> {
    let idempotency_key = IdempotencyKey::parse(idempotency_key)
        .ok_or_else(|| Error::Unprocessable(localized::message::key_unusable()))?;
    let (user, author) = (caller.username.clone(), caller.name.clone());
    Ok(NewOutbound { user, author, idempotency_key, body, media: Vec::new() })
}

/// Options for storing an outbound message.
#[derive(Debug, Clone, Copy, Default)]
pub struct SendOptions<'a> {
    /// The failed message that this one replaces.
    pub retry_of: Option<&'a Message>,
    /// The files to copy before the message is stored.
    pub copies: Option<&'a FileCopies<'a>>,
}

/// Stores an outbound message and returns the response.
pub async fn store_and_respond(
    app: &App,
    senders: &SenderDirectory,
    caller: &Caller,
    conversation: &Conversation,
    outbound: &NewOutbound,
    SendOptions { retry_of, copies }: SendOptions<'_>,
) -> Result<Response> {
    let context = send_context(app, senders, caller, conversation, RateMode::Consume).await?;
    let attachments = attachments::draft_attachments(&outbound.media);
    let check =
        |current: &Conversation| check_send(app, &context, current, &outbound.body, &attachments);
    if let Some(copies) = copies
        && check(conversation).is_allowed()
    {
        copies.create().await?;
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
            let entry = queue.iter().find(|entry| entry.message_id() == Some(message.id));
            Response::json(202, &message.view(entry.map(shared::outbox::OutboxEntry::view)))
        }
        OutboundOutcome::KeyReused => Err(Error::conflict(localized::message::key_used())),
        OutboundOutcome::NotRetryable => Err(Error::conflict(localized::message::not_retryable())),
        OutboundOutcome::Denied(check) => Err(send_error(app, &check)),
        OutboundOutcome::ConversationNotFound => Err(Error::conversation_not_found()),
    }
}
