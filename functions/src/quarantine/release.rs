//! `POST /api/quarantine/{id}/release` processes a quarantined request again. Admins only.

use serde::{Deserialize, Serialize};
use shared::config::Parameter;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized::quarantine;
use shared::message::MessageView;
use shared::store::QuarantineEntry;
use utoipa::ToSchema;

use super::reprocess::reprocess;
use crate::app::{Build, Cx, Needs, authenticated};
use crate::messages::intake::Intake;

/// The empty request body.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseQuarantine {}

/// The result of a release.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleaseResult {
    /// Always true.
    released: bool,
    /// The stored message; null for a duplicate or a delivery report.
    message: Option<MessageView>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    const PARAMETERS: &[Parameter] =
        &[Parameter::Twilio, Parameter::Urls, Parameter::Senders, Parameter::Install];
    authenticated(setup, Needs::parameters(PARAMETERS), Intake::from_app, handle)
}

#[utoipa::path(
    post, path = "/api/quarantine/{id}/release", operation_id = "release-quarantine",
    params(("id" = String, Path)), request_body = ReleaseQuarantine,
    responses((status = 200, body = ReleaseResult)),
)]
pub(crate) async fn handle(
    Cx { app, state: intake, caller }: Cx<Intake, Caller>,
    request: Request,
) -> Result<Response> {
    caller.require_admin()?;
    let ReleaseQuarantine {} = request.json()?;
    let id = request.path_param("id");
    let entry_not_found = || Error::NotFound(quarantine::missing());
    if !QuarantineEntry::is_valid_id(id) {
        return Err(entry_not_found());
    }
    let entry = app.store.get_quarantine_entry(id).await?.ok_or_else(entry_not_found)?;
    let message = reprocess(&app, &intake, &entry).await?;
    Response::json(200, &ReleaseResult { released: true, message })
}
