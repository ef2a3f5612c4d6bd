//! `DELETE /api/session` ends the session and deletes its cookie.

use shared::error::Result;
use shared::lambda::{Request, Response, Setup};

use super::tokens::{PARAMETERS, SessionTokens};
use crate::app::{Build, Cx, Needs, public};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, Needs::parameters(PARAMETERS), SessionTokens::from_app, handle)
}

#[utoipa::path(
    delete, path = "/api/session", operation_id = "sign-out",
    responses((status = 204, description = "Signed out")),
)]
pub(crate) async fn handle(
    Cx { app, state: tokens, .. }: Cx<SessionTokens>,
    request: Request,
) -> Result<Response> {
    if let Some((session, _)) = tokens.parse_cookie(&request) {
        app.store.end_session(&session).await?;
    }
    Ok(Response::empty(204).with_cookie(tokens.cookie("", 0)))
}
