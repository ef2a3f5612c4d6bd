//! `POST /api/session/refresh` returns a new access token for the session's cookie.

use serde::Deserialize;
use shared::config::Parameter;
use shared::error::{Error, Result};
use shared::inbox_name::InboxName;
use shared::lambda::{Request, Response, Setup};
use shared::localized;
use shared::store::RefreshOutcome;
use utoipa::ToSchema;

use super::tokens::{Session, SessionTokens, with_current_inboxes};
use crate::app::{App, Build, Cx, Needs, public};
use crate::senders::directory::SenderDirectory;

/// The empty request body. The cookie identifies the session. JSON is required so that a form of another site
/// cannot send the request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshSession {}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    const PARAMETERS: &[Parameter] = &[Parameter::Session, Parameter::Urls, Parameter::Senders];
    let state =
        |app: &App| Ok((SessionTokens::from_app(app)?, SenderDirectory::from_app(app)?.inboxes()));
    public(setup, Needs::parameters(PARAMETERS), state, handle)
}

#[utoipa::path(
    post, path = "/api/session/refresh", operation_id = "refresh-session",
    request_body = RefreshSession, responses((status = 200, body = Session)),
)]
pub(crate) async fn handle(
    Cx { app, state, .. }: Cx<(SessionTokens, Vec<InboxName>)>,
    request: Request,
) -> Result<Response> {
    let (tokens, inboxes) = &*state;
    let RefreshSession {} = request.json()?;
    let session_ended = || Error::Unauthenticated(localized::session::ended());
    let (session, generation) = tokens.parse_cookie(&request).ok_or_else(session_ended)?;
    match app.store.refresh_session(&session, generation).await? {
        RefreshOutcome::Rotated { user, generation } => {
            let user = app.store.get_user(&user).await?.ok_or_else(session_ended)?;
            tokens.session_response(
                &app,
                &with_current_inboxes(user, inboxes),
                &session,
                generation,
            )
        }
        RefreshOutcome::Invalid => Err(session_ended()),
    }
}
