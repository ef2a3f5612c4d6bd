//! `POST /api/conversations/{id}/read` marks a conversation read if it has not changed since it was shown.

use serde::Deserialize;
use shared::conversation::ConversationView;
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use utoipa::ToSchema;

use crate::app::{Build, Cx, Needs, authenticated, no_state};
use crate::scope::{conflict_with_current, conversation_view, visible_conversation};

/// The revision of the conversation that the user has read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkRead {
    /// The conversation's `rev`. The conversation is marked read only if it has not changed since.
    rev: u64,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::NONE, no_state, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/read", operation_id = "mark-read",
    params(("id" = String, Path)), request_body = MarkRead,
    responses((status = 200, body = ConversationView)),
)]
pub(crate) async fn handle(
    Cx { app, caller, .. }: Cx<(), Caller>,
    request: Request,
) -> Result<Response> {
    let requested: MarkRead = request.json()?;
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    if conversation.unread == 0 {
        return Response::json(200, &conversation_view(&app, &conversation).await?);
    }
    let updated = if conversation.rev == requested.rev {
        app.store.mark_read(&conversation).await?
    } else {
        None
    };
    let Some(updated) = updated else {
        let text = localized::conversation::arrived_meanwhile();
        return Err(conflict_with_current(&app, &conversation.id, text).await);
    };
    Response::json(200, &conversation_view(&app, &updated).await?)
}
