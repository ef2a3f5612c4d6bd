//! `POST /api/quarantine/{id}/release`: through the same door again, now that a number or a token is set up.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::config::Parameter;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::message::MessageView;
use shared::store::{Arrival, Quarantined, Received};
use utoipa::ToSchema;

use crate::app::{App, Build, people};
use crate::messages::receive::{Desk, PATH, file};
use crate::messages::webhook::whole;

/// Nothing to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseQuarantine {}

/// What was released.
#[derive(Debug, Serialize, ToSchema)]
pub struct Released {
    /// Always true.
    released: bool,
    /// The message; null if it had been stored before.
    message: Option<MessageView>,
}

/// Builds the function.
pub fn build(setup: Setup) -> Build {
    const PARAMETERS: &[Parameter] =
        &[Parameter::Twilio, Parameter::Urls, Parameter::Senders, Parameter::Install];
    people(setup, PARAMETERS, Desk::open, handle)
}

#[utoipa::path(
    post, path = "/api/quarantine/{id}/release", operation_id = "release-quarantine",
    params(("id" = String, Path)), request_body = ReleaseQuarantine,
    responses((status = 200, body = Released)),
)]
pub(crate) async fn handle(
    app: Arc<App>,
    desk: Arc<Desk>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    caller.must_be_admin()?;
    let ReleaseQuarantine {} = request.json()?;
    let id = request.path("id");
    let missing = || Error::NotFound("There is no such thing in quarantine.".to_owned());
    if !Quarantined::is_id(id) {
        return Err(missing());
    }
    let kept = app.store.quarantined_one(id).await?.ok_or_else(missing)?;
    let arrival = readmitted(&app, &desk, &kept)?;
    let received = file(&app, arrival).await?;
    app.store.release(id).await?;
    let message = match received {
        Received::Now(message) => Some(message.view(None)),
        Received::Before => None,
    };
    Response::json(200, &Released { released: true, message })
}

/// The same checks as at the door: signature where it had been wrong, then the form.
fn readmitted(app: &App, desk: &Desk, kept: &Quarantined) -> Result<Arrival> {
    let body = whole(kept).ok_or_else(|| {
        Error::Refused("It was too long to be kept whole, so it cannot be filed.".to_owned())
    })?;
    let form = if kept.signed {
        shared::twilio::form::parse(&body)
    } else {
        let signature = kept.signature.as_deref();
        desk.door
            .check(&body, &kept.query, PATH, signature, None)
            .map_err(|_| Error::Refused("Its signature is still not Twilio's.".to_owned()))?
    };
    desk.read(app, form).map_err(|reason| Error::Refused(reason.detail))
}
