//! Processes quarantined requests again.

use shared::error::{Error, Result};
use shared::localized::quarantine;
use shared::message::MessageView;
use shared::store::{InboundOutcome, QuarantineEntry};

use crate::app::App;
use crate::events::receive as events;
use crate::messages::receive::{self, Intake};
use crate::messages::record_delivery;
use crate::webhooks::quarantine::{QuarantineReason, full_body};
use crate::webhooks::signed_request::SignedRequest;
use crate::webhooks::verify::FormResult;

/// Processes a quarantined request again and deletes its entry. Returns the message if one was stored.
///
/// An invalid signature is verified again first, because another auth token may be configured now.
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

/// Processes the events of an entry: one signed event, or a whole batch whose signature was invalid.
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
