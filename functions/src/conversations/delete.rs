//! `DELETE /api/conversations/{id}` deletes a conversation. A job erases its messages afterwards.

use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized;

use super::revision::{attempts, require_rev};
use crate::app::{Build, Cx, Needs, authenticated, no_state};
use crate::scope::visible_conversation;

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    authenticated(setup, Needs::NONE, no_state, handle)
}

#[utoipa::path(
    delete, path = "/api/conversations/{id}", operation_id = "delete-conversation",
    params(
        ("id" = String, Path),
        ("rev" = Option<u64>, Query, description = "The conversation's `rev`; if set, the conversation is deleted only if it has not changed since"),
    ),
    responses((status = 202, description = "Deleted; the messages are being erased")),
)]
pub(crate) async fn handle(
    Cx { app, caller, .. }: Cx<(), Caller>,
    request: Request,
) -> Result<Response> {
    caller.require_admin()?;
    let rev = parse_rev(&request)?;
    // Without a rev, messages that arrive between the read and the write are deleted too.
    let mut attempts = attempts();
    loop {
        attempts.begin()?;
        let conversation = visible_conversation(&app, &caller, request.path_param("id")).await?;
        require_rev(&app, &conversation, rev).await?;
        if app.store.delete_conversation(&conversation).await? {
            tracing::info!(conversation.id = %conversation.id, "Conversation deleted");
            return Ok(Response::empty(202));
        }
    }
}

/// Parses `?rev=`. Rejects an empty value, which must not become an unconditional delete.
fn parse_rev(request: &Request) -> Result<Option<u64>> {
    request.reject_unknown_query(&["rev"])?;
    if request.raw_query().is_empty() {
        return Ok(None);
    }
    let rev = request.query_param("rev").and_then(|text| text.parse().ok());
    rev.map(Some).ok_or_else(|| Error::BadRequest(localized::request::rev()))
}
