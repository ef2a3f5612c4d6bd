//! `POST /api/conversations/{id}/messages/{message}/redact`: the text and the media of a message taken away, here at
//! once and at Twilio as soon as it takes the wish.

use std::sync::Arc;

use serde::Deserialize;
use shared::error::{Error, Result};
use shared::files::Files;
use shared::lambda::{Caller, Request, Response, Setup};
use shared::message::MessageView;
use utoipa::ToSchema;

use super::message_of;
use crate::app::{App, Build, people};
use crate::conversations::seen_by;
use crate::media::bucket;

/// Nothing to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedactMessage {}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], bucket, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages/{message}/redact", operation_id = "redact-message",
    params(("id" = String, Path), ("message" = String, Path)), request_body = RedactMessage,
    responses((status = 200, body = MessageView)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    files: Arc<Files>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let RedactMessage {} = request.json()?;
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    let message = message_of(&app, &conversation, request.path("message")).await?;
    let lane = app.store.lane(&conversation.id).await?;
    if lane.iter().any(|intent| intent.target == message.id) {
        let detail = "This message is still on its way to Twilio. Try again once it is sent.";
        return Err(Error::Conflict { detail: detail.to_owned(), current: None });
    }
    // The files first: their row names them. Those of a message that was sent again are the new one's too.
    let own = message.media.iter().filter(|_| message.retried_by.is_none());
    for object in own.filter_map(|media| media.object.as_deref()) {
        files.delete(object).await?;
    }
    let redacted = app.store.redact(&message).await?.ok_or_else(Error::no_message)?;
    Response::json(200, &redacted.view(None))
}
