//! `GET /api/conversations/{id}/messages/{message}`: one message, with the state of its send.

use std::sync::Arc;

use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::message::MessageView;

use super::message_of;
use crate::app::{App, Build, nothing, people};
use crate::conversations::seen_by;

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], nothing, handle)
}

#[utoipa::path(
    get, path = "/api/conversations/{id}/messages/{message}", operation_id = "get-message",
    params(("id" = String, Path), ("message" = String, Path)),
    responses((status = 200, body = MessageView)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    _: Arc<()>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    // The lane first, as in the list.
    let lane = app.store.lane(&conversation.id).await?;
    let message = message_of(&app, &conversation, request.path("message")).await?;
    let intent = lane.iter().find(|intent| intent.target == message.id);
    Response::json(200, &message.view(intent.map(shared::intent::Intent::view)))
}
