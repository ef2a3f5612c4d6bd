//! Processes quarantined requests again.

use serde_json::Value;
use shared::error::{Error, Result};
use shared::localized::quarantine;
use shared::message::MessageView;
use shared::store::{InboundOutcome, QuarantineEntry};
use shared::twilio::{event_streams, form};

use crate::app::App;
use crate::events::receive as events;
use crate::messages::receive::{self, Intake};
use crate::messages::record_delivery;
use crate::webhooks::quarantine::{QuarantineReason, full_body};
use crate::webhooks::signed_request::SignedRequest;
use crate::webhooks::verify::FormResult;

/// The content of a quarantined request, which decides how it is processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// The form of an inbound message.
    Message,
    /// The form of a status callback.
    StatusCallback,
    /// One event of a batch whose signature was valid, or a whole batch.
    Events,
}

impl Content {
    /// Returns the content of a request to `path`.
    ///
    /// Status callbacks have no fixed path: it names their conversation and message.
    fn from_path(path: &str) -> Self {
        match path {
            receive::PATH => Self::Message,
            events::PATH => Self::Events,
            _ => Self::StatusCallback,
        }
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
        Content::Message => {
            let form = check_form(intake, entry, &signed_request)?;
            let new_inbound = intake.parse_form(app, form).map_err(rejected)?;
            Some(receive::store_inbound(app, new_inbound).await?)
        }
        Content::StatusCallback => {
            let form = check_form(intake, entry, &signed_request)?;
            reprocess_callback(app, intake, &entry.path, form).await?;
            None
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

async fn reprocess_callback(
    app: &App,
    intake: &Intake,
    path: &str,
    form: FormResult,
) -> Result<()> {
    let (conversation, message, report) =
        record_delivery::parse_callback(app, &intake.verifier, path, form).map_err(rejected)?;
    if app.store.record_delivery(&conversation, message, &report).await? {
        Ok(())
    } else {
        Err(rejected(record_delivery::unknown_message_reason()))
    }
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
            ("/twilio/messages", Content::Message),
            ("/twilio/events", Content::Events),
            ("/twilio/deliveries/c/m", Content::StatusCallback),
            // `parse_callback` rejects what is no callback path.
            ("/twilio/messages/", Content::StatusCallback),
            ("", Content::StatusCallback),
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
