//! `POST /api/quarantine/{id}/release`: through the same door again, now that a number or a token is set up.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::config::Parameter;
use shared::error::{Error, Result};
use shared::lambda::{Caller, Request, Response, Setup};
use shared::message::MessageView;
use shared::sentences::quarantine;
use shared::store::{Quarantined, Received};
use utoipa::ToSchema;

use crate::app::{App, Build, people};
use crate::events::receive as events;
use crate::messages::receive::{self, Desk};
use crate::messages::record_delivery;
use crate::messages::webhook::{Form, Reason, Signed, whole};

/// Nothing to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseQuarantine {}

/// What was released.
#[derive(Debug, Serialize, ToSchema)]
pub struct Released {
    /// Always true.
    released: bool,
    /// The message; null if it had been stored before, or if it was news of one.
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
    let missing = || Error::NotFound(quarantine::missing());
    if !Quarantined::is_id(id) {
        return Err(missing());
    }
    let kept = app.store.quarantined_one(id).await?.ok_or_else(missing)?;
    let message = readmitted(&app, &desk, &kept).await?;
    Response::json(200, &Released { released: true, message })
}

/// Through its own door again: the signature where it had been wrong, then what it says. What was stored now is given
/// back; then it is out of quarantine.
pub(super) async fn readmitted(
    app: &App,
    desk: &Desk,
    kept: &Quarantined,
) -> Result<Option<MessageView>> {
    let body = whole(kept).ok_or_else(|| Error::Refused(quarantine::cut()))?;
    let sent = Signed::kept(kept, &body);
    let received = if kept.path == events::PATH {
        an_event(app, desk, kept, &sent).await?
    } else {
        let form = if kept.signed {
            shared::twilio::form::parse(&body)
        } else {
            desk.door.form(&sent).map_err(|_| still_wrong())?
        };
        a_form(app, desk, &kept.path, form).await?
    };
    app.store.release(&kept.id).await?;
    Ok(match received {
        Some(Received::Now(message)) => Some(message.view(None)),
        Some(Received::Before) | None => None,
    })
}

async fn a_form(app: &App, desk: &Desk, path: &str, form: Form) -> Result<Option<Received>> {
    let refused = |reason: Reason| Error::Refused(reason.sentence);
    if path == receive::PATH {
        let arrival = desk.read(app, form).map_err(refused)?;
        return receive::file(app, arrival).await.map(Some);
    }
    let (conversation, message, report) =
        record_delivery::read(app, &desk.door, path, form).map_err(refused)?;
    if app.store.record_report(&conversation, message, &report).await? {
        Ok(None)
    } else {
        Err(refused(record_delivery::unknown_message()))
    }
}

/// A signed event was kept alone, a wrongly signed batch as a whole.
async fn an_event(
    app: &App,
    desk: &Desk,
    kept: &Quarantined,
    sent: &Signed<'_>,
) -> Result<Option<Received>> {
    let events = if kept.signed {
        vec![serde_json::from_slice(sent.body).unwrap_or_default()]
    } else {
        desk.door.json(sent).map_err(|_| still_wrong())?;
        shared::twilio::event::split(sent.body).map_err(|wrong| Error::Refused(wrong.0))?
    };
    let mut received = None;
    for event in events {
        if let events::Taken::Received(now) = events::again(app, desk, &event).await? {
            received = Some(now);
        }
    }
    Ok(received)
}

fn still_wrong() -> Error {
    Error::Refused(quarantine::still_wrong_signature())
}
