//! `GET /api/conversations/{id}` returns a conversation.

use shared::conversation::ConversationView;
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};

use crate::app::{Build, Cx, Needs, authenticated, no_state};
use crate::scope::{conversation_view, visible_conversation};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::NONE, no_state, handle)
}

#[utoipa::path(
    get, path = "/api/conversations/{id}", operation_id = "get-conversation",
    params(("id" = String, Path)), responses((status = 200, body = ConversationView)),
)]
pub(crate) async fn handle(
    Cx { app, caller, .. }: Cx<(), Caller>,
    request: Request,
) -> Result<Response> {
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    Response::json(200, &conversation_view(&app, &conversation).await?)
}
