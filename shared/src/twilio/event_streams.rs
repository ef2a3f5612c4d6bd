//! Parsing of Twilio events (Event Streams, `CloudEvents`), which are converted to webhook parameters.

use serde_json::{Map, Value};

use super::webhook::{InboundMessage, InvalidWebhook, StatusCallback};
use crate::localized::quarantine;

/// The prefix of the types of messaging events.
const MESSAGING: &str = "com.twilio.messaging.";

/// The statuses that have an event type.
const STATUSES: [&str; 6] = ["queued", "sent", "delivered", "failed", "undelivered", "read"];

/// A parsed Twilio event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TwilioEvent {
    /// An inbound message to one of our senders.
    Inbound(Box<InboundMessage>),
    /// A delivery report of an outbound message.
    Status(Box<StatusCallback>),
    /// An event of another type.
    Ignored,
}

/// Parses a body with one event or an array of events.
pub fn parse_batch(body: &[u8]) -> Result<Vec<Value>, InvalidWebhook> {
    match serde_json::from_slice(body) {
        Ok(Value::Array(events)) => Ok(events),
        Ok(event @ Value::Object(_)) => Ok(vec![event]),
        _ => Err(InvalidWebhook(quarantine::no_events())),
    }
}

/// Parses one event.
pub fn parse_event(event: &Value) -> Result<TwilioEvent, InvalidWebhook> {
    let kind = event.get("type").and_then(Value::as_str);
    let kind = kind.ok_or_else(|| InvalidWebhook(quarantine::event_without_type()))?;
    let inbound = match kind.strip_prefix(MESSAGING).and_then(|rest| rest.split_once('.')) {
        Some(("inbound-message", "received")) => true,
        Some(("message", status)) if STATUSES.contains(&status) => false,
        // Twilio adds event types without notice.
        _ => return Ok(TwilioEvent::Ignored),
    };
    let data = event.get("data").and_then(Value::as_object);
    let data = data.ok_or_else(|| InvalidWebhook(quarantine::event_without_data()))?;
    let params = to_webhook_params(data);
    if inbound {
        InboundMessage::parse(&params).map(|message| TwilioEvent::Inbound(Box::new(message)))
    } else {
        StatusCallback::parse(&params).map(|callback| TwilioEvent::Status(Box::new(callback)))
    }
}

/// Converts event data to webhook parameters, for example `messageSid` to `MessageSid`.
fn to_webhook_params(data: &Map<String, Value>) -> Vec<(String, String)> {
    let params = data.iter().filter_map(|(name, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let name = match name.as_str() {
            "numberOfSegments" => "NumSegments".to_owned(),
            name => capitalize(name),
        };
        Some((name, value))
    });
    params.collect()
}

fn capitalize(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::delivery_status::DeliveryStatus;
    use proptest::prelude::*;
    use serde_json::json;

    const VECTORS: &str = include_str!("../../../tests/vectors/webhooks.json");

    #[test]
    fn every_recorded_event_is_parsed() {
        let vectors: Value = serde_json::from_str(VECTORS).unwrap();
        let (mut inbound, mut statuses, mut ignored) = (0, Vec::new(), 0);
        for request in vectors["requests"].as_array().unwrap() {
            if request["kind"] != "event_streams" {
                continue;
            }
            for event in parse_batch(request["body"].as_str().unwrap().as_bytes()).unwrap() {
                match parse_event(&event).unwrap() {
                    TwilioEvent::Inbound(message) => {
                        assert_eq!(message.body, event["data"]["body"]);
                        assert_eq!(message.num_segments, Some(1));
                        inbound += 1;
                    }
                    TwilioEvent::Status(callback) => {
                        assert_eq!(callback.num_segments, Some(1));
                        statuses.push((callback.status, callback.error_code));
                    }
                    TwilioEvent::Ignored => ignored += 1,
                }
            }
        }
        assert_eq!((inbound, ignored), (7, 2));
        let expected = [
            (DeliveryStatus::Delivered, None),
            (DeliveryStatus::Sent, None),
            (DeliveryStatus::Failed, Some(30007)),
            (DeliveryStatus::Undelivered, Some(30003)),
            (DeliveryStatus::Read, None),
        ];
        assert_eq!(statuses, expected);
    }

    #[test]
    fn an_invalid_event_is_rejected_without_showing_its_content() {
        assert!(
            parse_batch(b"").is_err() && parse_batch(b"3").is_err() && parse_batch(b"[{}").is_err()
        );
        assert_eq!(parse_batch(b"[]").unwrap(), [Value::Null; 0]);
        let received = "com.twilio.messaging.inbound-message.received";
        for (event, reason) in [
            (json!(1), "The event has no type."),
            (json!({ "type": 1 }), "The event has no type."),
            (json!({ "type": received }), "The event has no data."),
            (json!({ "type": received, "data": {} }), "The parameter MessageSid is missing."),
        ] {
            assert_eq!(parse_event(&event).unwrap_err().to_string(), reason);
        }
    }

    proptest! {
        #[test]
        fn parsing_an_event_never_panics(name in "\\PC{0,12}", text in "\\PC{0,12}", number in any::<i64>()) {
            let kinds = ["message.sent", "inbound-message.received"];
            for kind in kinds {
                let data = json!({ name.clone(): text, "messageSid": number, "errorCode": number });
                let _ = parse_event(&json!({ "type": format!("{MESSAGING}{kind}"), "data": data }));
            }
            let _ = parse_batch(text.as_bytes());
        }
    }
}
