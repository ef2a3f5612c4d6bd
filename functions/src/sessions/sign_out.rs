//! `DELETE /api/session`: the session ends, here and in the browser.

use std::sync::Arc;

use shared::error::Result;
use shared::lambda::{Request, Response, Setup};

use super::{Keys, PARAMETERS};
use crate::app::{App, Build, public};

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    public(setup, PARAMETERS, Keys::open, handle)
}

#[utoipa::path(
    delete, path = "/api/session", operation_id = "sign-out",
    responses((status = 204, description = "Signed out")),
)]
pub(crate) async fn handle(app: Arc<App>, keys: Arc<Keys>, request: Request) -> Result<Response> {
    if let Some((session, _)) = keys.presented(&request) {
        app.store.end_session(&session).await?;
    }
    Ok(Response::empty(204).with_cookie(keys.cookie("", 0)))
}
