//! Event Streams: `CloudEvents`, one or a batch, read as the webhook that would have told the same.

use serde_json::{Map, Value};

use super::webhook::{InboundMessage, StatusCallback, Unreadable};
use crate::sentences::quarantine;

/// What all of Twilio's types begin with.
const MESSAGING: &str = "com.twilio.messaging.";

/// The statuses that have a type of their own.
const STATUSES: [&str; 6] = ["queued", "sent", "delivered", "failed", "undelivered", "read"];

/// What an event tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Somebody wrote to one of our senders.
    Inbound(Box<InboundMessage>),
    /// News of a message that we sent.
    Status(Box<StatusCallback>),
    /// Nothing that concerns us.
    Nothing,
}

/// The events in a body: an array of them, or one alone.
pub fn split(body: &[u8]) -> Result<Vec<Value>, Unreadable> {
    match serde_json::from_slice(body) {
        Ok(Value::Array(events)) => Ok(events),
        Ok(event @ Value::Object(_)) => Ok(vec![event]),
        _ => Err(Unreadable(quarantine::no_events())),
    }
}

/// What one event tells.
pub fn read(event: &Value) -> Result<Told, Unreadable> {
    let kind = event.get("type").and_then(Value::as_str);
    let kind = kind.ok_or_else(|| Unreadable(quarantine::event_without_type()))?;
    let inbound = match kind.strip_prefix(MESSAGING).and_then(|rest| rest.split_once('.')) {
        Some(("inbound-message", "received")) => true,
        Some(("message", status)) if STATUSES.contains(&status) => false,
        // Twilio adds types without notice.
        _ => return Ok(Told::Nothing),
    };
    let data = event.get("data").and_then(Value::as_object);
    let data = data.ok_or_else(|| Unreadable(quarantine::event_without_data()))?;
    let parameters = parameters(data);
    if inbound {
        InboundMessage::parse(&parameters).map(|told| Told::Inbound(Box::new(told)))
    } else {
        StatusCallback::parse(&parameters).map(|told| Told::Status(Box::new(told)))
    }
}

/// The data as a webhook's parameters: `messageSid` is `MessageSid` there, and so on.
fn parameters(data: &Map<String, Value>) -> Vec<(String, String)> {
    let named = data.iter().filter_map(|(name, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let name = match name.as_str() {
            "numberOfSegments" => "NumSegments".to_owned(),
            name => capitalised(name),
        };
        Some((name, value))
    });
    named.collect()
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::MessageStatus;
    use proptest::prelude::*;
    use serde_json::json;

    const VECTORS: &str = include_str!("../../../tests/vectors/webhooks.json");

    #[test]
    fn every_recorded_event_is_read() {
        let vectors: Value = serde_json::from_str(VECTORS).unwrap();
        let (mut inbound, mut statuses, mut nothing) = (0, Vec::new(), 0);
        for request in vectors["requests"].as_array().unwrap() {
            if request["kind"] != "event_streams" {
                continue;
            }
            for event in split(request["body"].as_str().unwrap().as_bytes()).unwrap() {
                match read(&event).unwrap() {
                    Told::Inbound(message) => {
                        assert_eq!(message.body, event["data"]["body"]);
                        assert_eq!(message.num_segments, Some(1));
                        inbound += 1;
                    }
                    Told::Status(callback) => {
                        assert_eq!(callback.num_segments, Some(1));
                        statuses.push((callback.status, callback.error_code));
                    }
                    Told::Nothing => nothing += 1,
                }
            }
        }
        assert_eq!((inbound, nothing), (7, 2));
        let expected = [
            (MessageStatus::Delivered, None),
            (MessageStatus::Sent, None),
            (MessageStatus::Failed, Some(30007)),
            (MessageStatus::Undelivered, Some(30003)),
            (MessageStatus::Read, None),
        ];
        assert_eq!(statuses, expected);
    }

    #[test]
    fn what_is_no_event_is_said_without_showing_it() {
        assert!(split(b"").is_err() && split(b"3").is_err() && split(b"[{}").is_err());
        assert_eq!(split(b"[]").unwrap(), [Value::Null; 0]);
        let received = "com.twilio.messaging.inbound-message.received";
        for (event, reason) in [
            (json!(1), "The event has no type."),
            (json!({ "type": 1 }), "The event has no type."),
            (json!({ "type": received }), "The event has no data."),
            (json!({ "type": received, "data": {} }), "The parameter MessageSid is missing."),
        ] {
            assert_eq!(read(&event).unwrap_err().to_string(), reason);
        }
    }

    proptest! {
        #[test]
        fn no_event_is_too_strange(name in "\\PC{0,12}", text in "\\PC{0,12}", number in any::<i64>()) {
            let kinds = ["message.sent", "inbound-message.received"];
            for kind in kinds {
                let data = json!({ name.clone(): text, "messageSid": number, "errorCode": number });
                let _ = read(&json!({ "type": format!("{MESSAGING}{kind}"), "data": data }));
            }
            let _ = split(text.as_bytes());
        }
    }
}
