//! `GET /api/conversations/{id}/messages/{message}` returns a message with the state of its send.

use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::message::MessageView;

use crate::app::{Build, Cx, Needs, authenticated, no_state};
use crate::scope::{visible_conversation, visible_message};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::NONE, no_state, handle)
}

#[utoipa::path(
    get, path = "/api/conversations/{id}/messages/{message}", operation_id = "get-message",
    params(("id" = String, Path), ("message" = String, Path)),
    responses((status = 200, body = MessageView)),
)]
pub(crate) async fn handle(
    Cx { app, caller, .. }: Cx<(), Caller>,
    request: Request,
) -> Result<Response> {
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    // Read the queue first, as in `list-messages`.
    let queue = app.store.list_queue(&conversation.id).await?;
    let message = visible_message(&app, &conversation, request.path_param("message")).await?;
    let entry = queue.iter().find(|entry| entry.message_id() == Some(message.id));
    Response::json(200, &message.view(entry.map(shared::outbox::OutboxEntry::view)))
}
