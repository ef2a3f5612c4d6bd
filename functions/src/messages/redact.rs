//! `POST /api/conversations/{id}/messages/{message}/redact`: the text and the media of a message taken away, from sight
//! at once, from the bucket and at Twilio by `dispatch`.

use std::sync::Arc;

use serde::Deserialize;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::message::MessageView;
use shared::sentences;
use utoipa::ToSchema;

use super::message_of;
use crate::app::{App, Build, nothing, people};
use crate::conversations::seen_by;

/// Nothing to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedactMessage {}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], nothing, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages/{message}/redact", operation_id = "redact-message",
    params(("id" = String, Path), ("message" = String, Path)), request_body = RedactMessage,
    responses((status = 200, body = MessageView)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    _: Arc<()>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let RedactMessage {} = request.json()?;
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    let message = message_of(&app, &conversation, request.path("message")).await?;
    let lane = app.store.lane(&conversation.id).await?;
    if lane.iter().any(|intent| intent.target == message.id) {
        return Err(Error::conflict(sentences::message::on_its_way()));
    }
    let redacted = app.store.redact(&message).await?.ok_or_else(Error::no_message)?;
    Response::json(200, &redacted.view(None))
}
