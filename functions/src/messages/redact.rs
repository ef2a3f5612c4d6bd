//! `POST /api/conversations/{id}/messages/{message}/redact` deletes the content of a message.
//!
//! The content is hidden immediately. `dispatch` deletes the files in the bucket and the content at Twilio.

use serde::Deserialize;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::message::MessageView;
use utoipa::ToSchema;

use crate::app::{Build, Cx, Needs, authenticated, no_state};
use crate::scope::{visible_conversation, visible_message};

/// The empty request body.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedactMessage {}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::NONE, no_state, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages/{message}/redact", operation_id = "redact-message",
    params(("id" = String, Path), ("message" = String, Path)), request_body = RedactMessage,
    responses((status = 200, body = MessageView)),
)]
pub(crate) async fn handle(
    Cx { app, caller, .. }: Cx<(), Caller>,
    request: Request,
) -> Result<Response> {
    let RedactMessage {} = request.json()?;
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    let message = visible_message(&app, &conversation, request.path_param("message")).await?;
    let queue = app.store.list_queue(&conversation.id).await?;
    if queue.iter().any(|entry| entry.message_id() == Some(message.id)) {
        return Err(Error::conflict(localized::message::on_its_way()));
    }
    let redacted =
        app.store.redact_message(&message).await?.ok_or_else(Error::message_not_found)?;
    Response::json(200, &redacted.view(None))
}
