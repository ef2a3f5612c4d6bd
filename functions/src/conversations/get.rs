//! `GET /api/conversations/{id}`: one conversation as it stands.

use std::sync::Arc;

use shared::conversation::ConversationView;
use shared::error::Result;
use shared::lambda::{Caller, Request, Response, Setup};

use super::{seen_by, view};
use crate::app::{App, Build, nothing, people};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], nothing, handle)
}

#[utoipa::path(
    get, path = "/api/conversations/{id}", operation_id = "get-conversation",
    params(("id" = String, Path)), responses((status = 200, body = ConversationView)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    _: Arc<()>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    Response::json(200, &view(&conversation)?)
}
