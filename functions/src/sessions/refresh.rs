//! `POST /api/session/refresh`: the next access token, for the cookie.

use std::sync::Arc;

use serde::Deserialize;
use shared::config::Parameter;
use shared::error::{Error, Result};
use shared::lambda::{Request, Response, Setup};
use shared::sentences;
use shared::store::Refreshed;
use utoipa::ToSchema;

use super::{Keys, Session, all_inboxes, with_inboxes};
use crate::app::{App, Build, public};

/// Nothing: the cookie says it all. JSON is required so that no foreign page can ask by a form.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshSession {}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    const PARAMETERS: &[Parameter] = &[Parameter::Session, Parameter::Urls, Parameter::Senders];
    let open = |app: &App| Ok((Keys::open(app)?, all_inboxes(app)?));
    public(setup, PARAMETERS, open, handle)
}

#[utoipa::path(
    post, path = "/api/session/refresh", operation_id = "refresh-session",
    request_body = RefreshSession, responses((status = 200, body = Session)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    state: Arc<(Keys, Vec<String>)>,
    request: Request,
) -> Result<Response> {
    let (keys, inboxes) = &*state;
    let RefreshSession {} = request.json()?;
    let ended = || Error::SignedOut(sentences::session::ended());
    let (session, generation) = keys.presented(&request).ok_or_else(ended)?;
    match app.store.refresh_session(&session, generation).await? {
        Refreshed::Good { user, generation } => {
            let user = app.store.user(&user).await?.ok_or_else(ended)?;
            keys.signed_in(&app, &with_inboxes(user, inboxes), &session, generation)
        }
        Refreshed::Ended => Err(ended()),
    }
}
