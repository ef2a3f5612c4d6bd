//! `DELETE /api/conversations/{id}`: off the desk for everybody; what was said is erased after it.

use std::sync::Arc;

use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};

use super::seen_by;
use crate::app::{App, Build, nothing, people};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], nothing, handle)
}

#[utoipa::path(
    delete, path = "/api/conversations/{id}", operation_id = "delete-conversation",
    params(("id" = String, Path)),
    responses((status = 202, description = "It is off the desk; its messages are being erased")),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    _: Arc<()>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    if app.store.delete_conversation(&conversation.id).await? {
        tracing::info!(conversation.id = %conversation.id, "A conversation was deleted");
        Ok(Response::empty(202))
    } else {
        Err(Error::no_conversation())
    }
}
