//! `POST /api/conversations/{id}/read`: nobody waits here any more, as far as was seen.

use std::sync::Arc;

use serde::Deserialize;
use shared::conversation::ConversationView;
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::sentences;
use utoipa::ToSchema;

use super::{changed_meanwhile, seen_by, view};
use crate::app::{App, Build, nothing, people};

/// How far was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkRead {
    /// The conversation's `rev` as the page shows it.
    rev: u64,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], nothing, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/read", operation_id = "mark-read",
    params(("id" = String, Path)), request_body = MarkRead,
    responses((status = 200, body = ConversationView)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    _: Arc<()>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let wanted: MarkRead = request.json()?;
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    if conversation.unread == 0 {
        return Response::json(200, &view(&conversation)?);
    }
    let read = if conversation.rev == wanted.rev {
        app.store.mark_read(&conversation).await?
    } else {
        None
    };
    let Some(read) = read else {
        let sentence = sentences::conversation::arrived_meanwhile();
        return Err(changed_meanwhile(&app, &conversation.id, sentence).await);
    };
    Response::json(200, &view(&read)?)
}
