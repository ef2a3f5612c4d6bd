//! `POST /api/conversations/{id}/messages/{message}/media/{index}/retry` fetches failed media again.

use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;
use shared::message::MessageView;

use super::requested::requested_media;
use crate::app::{Build, Cx, Needs, authenticated, no_state};
use crate::scope::visible_conversation;

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::NONE, no_state, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages/{message}/media/{index}/retry",
    operation_id = "retry-media",
    params(("id" = String, Path), ("message" = String, Path), ("index" = usize, Path)),
    responses((status = 202, body = MessageView)),
)]
pub(crate) async fn handle(
    Cx { app, caller, .. }: Cx<(), Caller>,
    request: Request,
) -> Result<Response> {
    let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
    let (message, index, _) = requested_media(&app, &conversation, &request).await?;
    let updated = app.store.retry_media(&message, index).await?;
    let updated = updated.ok_or_else(|| Error::conflict(localized::file::not_failed()))?;
    Response::json(202, &updated.view(None))
}
