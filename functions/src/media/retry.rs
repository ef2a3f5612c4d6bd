//! `POST /api/conversations/{id}/messages/{message}/media/{index}/retry`: fetches again what could not be fetched.

use std::sync::Arc;

use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::message::MessageView;
use shared::sentences;

use super::media_of;
use crate::app::{App, Build, nothing, people};
use crate::conversations::seen_by;

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], nothing, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages/{message}/media/{index}/retry",
    operation_id = "retry-media",
    params(("id" = String, Path), ("message" = String, Path), ("index" = usize, Path)),
    responses((status = 202, body = MessageView)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    _: Arc<()>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    let (message, index, _) = media_of(&app, &conversation, &request).await?;
    let waiting = app.store.retry_media(&message, index).await?;
    let waiting = waiting.ok_or_else(|| Error::conflict(sentences::file::not_failed()))?;
    Response::json(202, &waiting.view(None))
}
