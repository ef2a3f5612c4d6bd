//! `POST /api/quarantine/release`: all that waits for one reason, through its own doors again. Only an admin may.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::config::{InstallKey, Parameter};
use shared::cursor;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use utoipa::ToSchema;

use super::release::reprocess;
use crate::app::{App, Build, authenticated};
use crate::messages::receive::Intake;

/// How many kept things one request looks at.
const PAGE_SIZE: usize = 50;

/// What is to be tried again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseQuarantines {
    /// The reason, as the list has it.
    reason: String,
    /// Where to go on.
    #[serde(default)]
    cursor: Option<String>,
}

/// What became of one step: call again with the cursor until there is none.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkReleaseResult {
    /// How many were released in this step.
    released: u32,
    /// How many stay, for they cannot be filed yet.
    remaining: u32,
    /// Where to go on; null at the end.
    cursor: Option<String>,
}

/// What files, and the key of cursors.
#[derive(Debug)]
pub struct ReleaseState {
    intake: Intake,
    key: InstallKey,
}

impl ReleaseState {
    fn from_app(app: &App) -> Result<Self> {
        Ok(Self { intake: Intake::from_app(app)?, key: app.parameters.install_key()? })
    }
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    const PARAMETERS: &[Parameter] =
        &[Parameter::Twilio, Parameter::Urls, Parameter::Senders, Parameter::Install];
    authenticated(setup, PARAMETERS, ReleaseState::from_app, handle)
}

#[utoipa::path(
    post, path = "/api/quarantine/release", operation_id = "release-quarantines",
    request_body = ReleaseQuarantines,
    responses((status = 200, body = BulkReleaseResult)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    state: Arc<ReleaseState>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    caller.require_admin()?;
    let requested: ReleaseQuarantines = request.json()?;
    let scope = format!("release\n{}", requested.reason);
    let before = requested.cursor.as_deref();
    let before = before.map(|text| cursor::decode(&state.key, &scope, text)).transpose()?;
    let (items, next) = app.store.list_quarantine(before.as_deref(), PAGE_SIZE).await?;
    let (mut released, mut remaining) = (0, 0);
    for entry in items.iter().filter(|entry| entry.reason == requested.reason) {
        match reprocess(&app, &state.intake, entry).await {
            Ok(_) => released += 1,
            Err(Error::Unprocessable(_)) => remaining += 1,
            Err(error) => return Err(error),
        }
    }
    let cursor = next.map(|next| cursor::encode(&state.key, &scope, &next));
    Response::json(200, &BulkReleaseResult { released, remaining, cursor })
}
