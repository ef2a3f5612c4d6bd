//! `POST /api/quarantine/release` processes all quarantined requests with one reason again. Admins only.

use serde::{Deserialize, Serialize};
use shared::config::{InstallKey, Parameter};
use shared::cursor;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use utoipa::ToSchema;

use super::reprocess::reprocess;
use crate::app::{App, Build, Cx, Needs, authenticated};
use crate::messages::intake::Intake;

/// The number of entries that one request reads.
const PAGE_SIZE: usize = 50;

/// The requests to release.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseQuarantines {
    /// The reason, as `list-quarantine` returns it.
    reason: String,
    /// The cursor of the previous response.
    #[serde(default)]
    cursor: Option<String>,
}

/// The result of one step. Repeat the call with the cursor until it is null.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkReleaseResult {
    /// The number of requests released in this step.
    released: u32,
    /// The number of requests in this step that still cannot be processed.
    remaining: u32,
    /// The cursor of the next step; null at the end.
    cursor: Option<String>,
}

/// The configuration for storing messages, and the key of cursors.
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
    authenticated(setup, Needs::parameters(PARAMETERS), ReleaseState::from_app, handle)
}

#[utoipa::path(
    post, path = "/api/quarantine/release", operation_id = "release-quarantines",
    request_body = ReleaseQuarantines,
    responses((status = 200, body = BulkReleaseResult)),
)]
pub(crate) async fn handle(
    Cx { app, state, caller }: Cx<ReleaseState, Caller>,
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
