//! Processes quarantined requests again.

use serde_json::Value;
use shared::error::{Error, Result};
use shared::localized::quarantine;
use shared::message::MessageView;
use shared::store::{DeliveryOutcome, InboundOutcome, QuarantineEntry};
use shared::twilio::{event_streams, form};

use crate::app::App;
use crate::events::receive as events;
use crate::messages::forms::{Processed, process_form};
use crate::messages::intake::Intake;
use crate::webhooks::quarantine::{QuarantineReason, full_body};
use crate::webhooks::signed_request::SignedRequest;
use crate::webhooks::verify::FormResult;

/// The content of a quarantined request, which decides how it is processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// The form of an inbound message or of a status report.
    Form,
    /// One event of a batch whose signature was valid, or a whole batch.
    Events,
}

impl Content {
    /// Returns the content of a request to `path`.
    fn from_path(path: &str) -> Self {
        if path == events::PATH { Self::Events } else { Self::Form }
    }
}

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
    let inbound_outcome = match Content::from_path(&entry.path) {
        Content::Form => {
            let form = check_form(intake, entry, &signed_request)?;
            match process_form(app, intake, &entry.path, form).await?.map_err(rejected)? {
                Processed::Inbound(outcome) => Some(outcome),
                Processed::Report(DeliveryOutcome::Recorded) => None,
                Processed::Report(_) => return Err(rejected(QuarantineReason::unknown_message())),
            }
        }
        Content::Events => {
            // One event of a signed batch is stored without the others, so its signature was verified before.
            if !entry.signed {
                intake
                    .verifier
                    .check_json(&signed_request)
                    .map_err(|_| signature_still_invalid())?;
            }
            let events =
                event_streams::parse_batch(&body).map_err(|error| Error::Unprocessable(error.0))?;
            reprocess_events(app, intake, events).await?
        }
    };
    app.store.delete_quarantine_entry(&entry.id).await?;
    Ok(stored_message(inbound_outcome))
}

/// Returns the message that a release stored, or `None` for a duplicate, a status callback or other events.
fn stored_message(outcome: Option<InboundOutcome>) -> Option<MessageView> {
    match outcome {
        Some(InboundOutcome::Stored(message)) => Some(message.view(None)),
        Some(InboundOutcome::Duplicate) | None => None,
    }
}

/// Returns the form of an entry. A signature that was invalid must be valid now.
fn check_form(
    intake: &Intake,
    entry: &QuarantineEntry,
    signed_request: &SignedRequest<'_>,
) -> Result<FormResult> {
    if entry.signed {
        return Ok(form::parse(signed_request.body));
    }
    intake.verifier.check_form(signed_request).map_err(|_| signature_still_invalid())
}

/// Processes events in order. Returns the outcome of the last one that carried an inbound message.
async fn reprocess_events(
    app: &App,
    intake: &Intake,
    events: Vec<Value>,
) -> Result<Option<InboundOutcome>> {
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

fn rejected(reason: QuarantineReason) -> Error {
    Error::Unprocessable(reason.text)
}

fn signature_still_invalid() -> Error {
    Error::Unprocessable(quarantine::still_wrong_signature())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::message::Message;

    use super::*;

    #[test]
    fn a_request_is_processed_by_its_path_as_when_it_arrived() {
        for (path, expected) in [
            ("/twilio/messages", Content::Form),
            ("/twilio/events", Content::Events),
            ("/twilio/deliveries/c/m", Content::Form),
            ("", Content::Form),
        ] {
            assert_eq!(Content::from_path(path), expected, "{path}");
        }
    }

    #[test]
    fn a_release_returns_only_a_message_that_was_stored_now() {
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        let message: Message = serde_json::from_value(json!({
            "id": id, "conversation": "a".repeat(26), "inbox": "main", "direction": "inbound",
            "business": "+18555080989", "contact": "+12065550100", "body": "Hello",
            "statuses": {}, "rev": 1,
        }))
        .unwrap();
        let view = stored_message(Some(InboundOutcome::Stored(Box::new(message)))).unwrap();
        let view = serde_json::to_value(view).unwrap();
        assert_eq!((&view["message_id"], &view["body"]), (&json!(id), &json!("Hello")));
        assert!(stored_message(Some(InboundOutcome::Duplicate)).is_none());
        assert!(stored_message(None).is_none());
    }
}
