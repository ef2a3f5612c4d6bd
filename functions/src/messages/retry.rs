//! `POST /api/conversations/{id}/messages/{message}/retry`: a new message with the text of one that failed.

use std::sync::Arc;

use serde::Deserialize;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::message::MessageView;
use shared::sentences;
use utoipa::ToSchema;

use super::deciding::{PARAMETERS, Senders};
use super::message_of;
use super::send::{Sending, click, sent};
use crate::app::{App, Build, people};
use crate::conversations::seen_by;

/// What is to be tried again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryMessage {
    /// Made by the browser for this click: the same key sends once.
    idempotency_key: String,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, PARAMETERS, Senders::open, handle)
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/messages/{message}/retry", operation_id = "retry-message",
    params(("id" = String, Path), ("message" = String, Path)), request_body = RetryMessage,
    responses((status = 202, body = MessageView)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    senders: Arc<Senders>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let wanted: RetryMessage = request.json()?;
    let conversation = seen_by(&app, &caller, request.path("id")).await?;
    let old = message_of(&app, &conversation, request.path("message")).await?;
    if old.redacted {
        return Err(Error::conflict(sentences::message::redacted()));
    }
    let mut click = click(&caller, old.body.clone(), wanted.idempotency_key)?;
    click.media.clone_from(&old.media);
    let again = old.may_be_retried() && old.retried_by.is_none();
    if !again && app.store.clicked(&click).await?.is_none() {
        return Err(Error::conflict(sentences::message::not_retryable()));
    }
    sent(&app, &senders, &caller, &conversation, &click, Sending { again: Some(&old), fresh: None })
        .await
}
