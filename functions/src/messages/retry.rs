//! `POST /api/conversations/{id}/messages/{message}/retry` sends a failed message again as a new one.

use serde::Deserialize;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::message::MessageView;
use utoipa::ToSchema;

use super::attachments::FileCopies;
use super::send::{SendOptions, SendState, new_outbound, store_and_respond};
use crate::app::{Build, Cx, Needs, Variable, authenticated};
use crate::scope::{visible_conversation, visible_message};
use crate::senders::directory::PARAMETERS;

/// A request to send a failed message again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryMessage {
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

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages/{message}/retry", operation_id = "retry-message",
    params(("id" = String, Path), ("message" = String, Path)), request_body = RetryMessage,
    responses((status = 202, body = MessageView)),
)]
pub(crate) async fn handle(
    Cx { app, state, caller }: Cx<SendState, Caller>,
    request: Request,
) -> Result<Response> {
    let requested: RetryMessage = request.json()?;
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    let original = visible_message(&app, &conversation, request.path_param("message")).await?;
    if original.redacted {
        return Err(Error::conflict(localized::message::redacted()));
    }
    let mut outbound = new_outbound(&caller, original.body.clone(), &requested.idempotency_key)?;
    let copies = FileCopies::of_message(&state.bucket, &conversation, &outbound, &original.media);
    outbound.media = copies.media();
    let retryable = original.is_retryable() && original.retried_by.is_none();
    let is_repeated = (!retryable || !outbound.media.is_empty())
        && app.store.find_by_idempotency_key(&outbound).await?.is_some();
    if !retryable && !is_repeated {
        return Err(Error::conflict(localized::message::not_retryable()));
    }
    store_and_respond(
        &app,
        &state.senders,
        &caller,
        &conversation,
        &outbound,
        SendOptions {
            retry_of: Some(&original),
            // The files of a message that was stored before are there, or were deleted with it.
            copies: Some(&copies).filter(|_| !is_repeated),
        },
    )
    .await
}
