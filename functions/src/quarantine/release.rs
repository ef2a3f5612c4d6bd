//! `POST /api/quarantine/{id}/release`: through the same door again, now that a number or a token is set up.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::config::Parameter;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::localized::quarantine;
use shared::message::MessageView;
use shared::store::{InboundOutcome, QuarantineEntry};
use utoipa::ToSchema;

use crate::app::{App, Build, authenticated};
use crate::events::receive as events;
use crate::messages::receive::{self, Intake};
use crate::messages::record_delivery;
use crate::messages::webhook::{FormResult, QuarantineReason, SignedRequest, full_body};

/// Nothing to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseQuarantine {}

/// What was released.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleaseResult {
    /// Always true.
    released: bool,
    /// The message; null if it had been stored before, or if it was news of one.
    message: Option<MessageView>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    const PARAMETERS: &[Parameter] =
        &[Parameter::Twilio, Parameter::Urls, Parameter::Senders, Parameter::Install];
    authenticated(setup, PARAMETERS, Intake::from_app, handle)
}

#[utoipa::path(
    post, path = "/api/quarantine/{id}/release", operation_id = "release-quarantine",
    params(("id" = String, Path)), request_body = ReleaseQuarantine,
    responses((status = 200, body = ReleaseResult)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    intake: Arc<Intake>,
    caller: Caller,
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

/// Through its own door again: the signature where it had been wrong, then what it says. What was stored now is given
/// back; then it is out of quarantine.
pub(super) async fn reprocess(
    app: &App,
    intake: &Intake,
    entry: &QuarantineEntry,
) -> Result<Option<MessageView>> {
    let body = full_body(entry).ok_or_else(|| Error::Unprocessable(quarantine::cut()))?;
    let signed_request = SignedRequest::from_entry(entry, &body);
    let inbound_outcome = if entry.path == events::PATH {
        reprocess_event(app, intake, entry, &signed_request).await?
    } else {
        let form = if entry.signed {
            shared::twilio::form::parse(&body)
        } else {
            intake.verifier.check_form(&signed_request).map_err(|_| signature_still_invalid())?
        };
        reprocess_form(app, intake, &entry.path, form).await?
    };
    app.store.delete_quarantine_entry(&entry.id).await?;
    Ok(match inbound_outcome {
        Some(InboundOutcome::Stored(message)) => Some(message.view(None)),
        Some(InboundOutcome::Duplicate) | None => None,
    })
}

async fn reprocess_form(
    app: &App,
    intake: &Intake,
    path: &str,
    form: FormResult,
) -> Result<Option<InboundOutcome>> {
    let rejected = |reason: QuarantineReason| Error::Unprocessable(reason.text);
    if path == receive::PATH {
        let new_inbound = intake.parse_form(app, form).map_err(rejected)?;
        return receive::store_inbound(app, new_inbound).await.map(Some);
    }
    let (conversation, message, report) =
        record_delivery::parse_callback(app, &intake.verifier, path, form).map_err(rejected)?;
    if app.store.record_delivery(&conversation, message, &report).await? {
        Ok(None)
    } else {
        Err(rejected(record_delivery::unknown_message_reason()))
    }
}

/// A signed event was kept alone, a wrongly signed batch as a whole.
async fn reprocess_event(
    app: &App,
    intake: &Intake,
    entry: &QuarantineEntry,
    signed_request: &SignedRequest<'_>,
) -> Result<Option<InboundOutcome>> {
    let events = if entry.signed {
        vec![serde_json::from_slice(signed_request.body).unwrap_or_default()]
    } else {
        intake.verifier.check_json(signed_request).map_err(|_| signature_still_invalid())?;
        shared::twilio::event_streams::parse_batch(signed_request.body)
            .map_err(|error| Error::Unprocessable(error.0))?
    };
    let mut inbound_outcome = None;
    for event in events {
        if let events::IngestOutcome::Received(stored) =
            events::reprocess(app, intake, &event).await?
        {
            inbound_outcome = Some(stored);
        }
    }
    Ok(inbound_outcome)
}

fn signature_still_invalid() -> Error {
    Error::Unprocessable(quarantine::still_wrong_signature())
}
