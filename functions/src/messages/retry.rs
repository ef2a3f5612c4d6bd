//! `POST /api/conversations/{id}/messages/{message}/retry` sends a failed message again as a new one.

use serde::Deserialize;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::message::MessageView;
use utoipa::ToSchema;

use super::send::{SendOptions, new_outbound, store_and_respond};
use crate::app::{Build, Cx, Needs, authenticated};
use crate::scope::{visible_conversation, visible_message};
use crate::senders::directory::{PARAMETERS, SenderDirectory};

/// A request to send a failed message again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryMessage {
    /// The idempotency key of this action: 8 to 64 of `[A-Za-z0-9_-]`. A key sends one message.
    idempotency_key: String,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::parameters(PARAMETERS), SenderDirectory::from_app, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages/{message}/retry", operation_id = "retry-message",
    params(("id" = String, Path), ("message" = String, Path)), request_body = RetryMessage,
    responses((status = 202, body = MessageView)),
)]
pub(crate) async fn handle(
    Cx { app, state: senders, caller }: Cx<SenderDirectory, Caller>,
    request: Request,
) -> Result<Response> {
    let requested: RetryMessage = request.json()?;
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    let original = visible_message(&app, &conversation, request.path_param("message")).await?;
    if original.redacted {
        return Err(Error::conflict(localized::message::redacted()));
    }
    let mut outbound = new_outbound(&caller, original.body.clone(), &requested.idempotency_key)?;
    outbound.media.clone_from(&original.media);
    let retryable = original.is_retryable() && original.retried_by.is_none();
    if !retryable && app.store.find_by_idempotency_key(&outbound).await?.is_none() {
        return Err(Error::conflict(localized::message::not_retryable()));
    }
    store_and_respond(
        &app,
        &senders,
        &caller,
        &conversation,
        &outbound,
        SendOptions { retry_of: Some(&original), uploads: None },
    )
    .await
}
