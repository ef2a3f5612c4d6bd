//! `DELETE /api/conversations/{id}`: off the desk for everybody; what was said is erased after it.

use std::sync::Arc;

use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::sentences;

use super::{TRIES, as_seen, restless, seen_by};
use crate::app::{App, Build, nothing, people};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    people(setup, &[], nothing, handle)
}

#[utoipa::path(
    delete, path = "/api/conversations/{id}", operation_id = "delete-conversation",
    params(
        ("id" = String, Path),
        ("rev" = Option<u64>, Query, description = "the conversation's rev as the page shows it: with one, it is deleted only if nothing came or changed since"),
    ),
    responses((status = 202, description = "It is off the desk; its messages are being erased")),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    _: Arc<()>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let rev = rev(&request)?;
    // Without a rev, what comes between the read and the write is deleted too.
    for _ in 0..TRIES {
        let conversation = seen_by(&app, &caller, request.path("id")).await?;
        as_seen(&app, &conversation, rev).await?;
        if app.store.delete_conversation(&conversation).await? {
            tracing::info!(conversation.id = %conversation.id, "A conversation was deleted");
            return Ok(Response::empty(202));
        }
    }
    Err(restless())
}

/// The `rev` that was seen. One that is there and says nothing is none: it must not delete whatever there is.
fn rev(request: &Request) -> Result<Option<u64>> {
    request.only_query(&["rev"])?;
    if request.raw_query().is_empty() {
        return Ok(None);
    }
    let rev = request.query("rev").and_then(|text| text.parse().ok());
    rev.map(Some).ok_or_else(|| Error::Malformed(sentences::request::rev()))
}
