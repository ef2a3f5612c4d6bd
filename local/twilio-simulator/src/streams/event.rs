//! Event Streams events: their types and contents.

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::message::{Direction, Message, Status};
use crate::state::SimulatorState;
use crate::store::events;
use crate::store::streams::{self, SubscribedType};

/// The types that can be subscribed to.
///
/// `queued` is one of them but is never sent: Twilio sends none for messages created through its API.
pub(crate) const TYPES: [&str; 7] =
    [RECEIVED, "com.twilio.messaging.message.queued", SENT, DELIVERED, UNDELIVERED, FAILED, READ];
const RECEIVED: &str = "com.twilio.messaging.inbound-message.received";
const SENT: &str = "com.twilio.messaging.message.sent";
const DELIVERED: &str = "com.twilio.messaging.message.delivered";
const UNDELIVERED: &str = "com.twilio.messaging.message.undelivered";
const FAILED: &str = "com.twilio.messaging.message.failed";
const READ: &str = "com.twilio.messaging.message.read";

/// The type of a sink's test event.
const TEST: &str = "com.twilio.eventstreams.test-event";

/// Stores an event of the message's status for every sink that subscribed to its type.
pub(crate) fn emit(
    state: &SimulatorState,
    db: &Connection,
    message: &Message,
) -> rusqlite::Result<()> {
    let Some(event_type) = event_type(message.status) else { return Ok(()) };
    let id = state.new_sid("EZ");
    for (sink, subscribed) in streams::list_subscribers(db, event_type)? {
        let event = message_event(state, message, &subscribed, &id);
        events::schedule(db, &sink, event_type, &event.to_string(), state.now())?;
    }
    Ok(())
}

/// Stores a test event with the ID `test` for a sink.
pub(crate) fn emit_test(
    state: &SimulatorState,
    db: &Connection,
    sink: &str,
    test: &str,
) -> rusqlite::Result<()> {
    let (id, now) = (state.new_sid("EZ"), state.now());
    let schema = "EventStreams.TestSink/1";
    let event = cloud_event(TEST, "Sink", schema, &id, now, &json!({ "test_id": test }));
    events::schedule(db, sink, TEST, &event.to_string(), now)
}

/// Returns the event type of `status`, or `None` if Twilio sends no event for it.
fn event_type(status: Status) -> Option<&'static str> {
    match status {
        Status::Received => Some(RECEIVED),
        Status::Sent => Some(SENT),
        Status::Delivered => Some(DELIVERED),
        Status::Undelivered => Some(UNDELIVERED),
        Status::Failed => Some(FAILED),
        Status::Read => Some(READ),
        _ => None,
    }
}

fn message_event(
    state: &SimulatorState,
    message: &Message,
    subscribed: &SubscribedType,
    id: &str,
) -> Value {
    let inbound = message.direction == Direction::Inbound;
    let mut data = json!({
        "accountSid": state.account_sid,
        "messageSid": message.sid,
        "from": message.from,
        "to": message.to,
        "timestamp": message.updated_at.to_string(),
        "eventName": subscribed.kind,
    });
    let mut add = |name: &str, value: Value| {
        if let Some(fields) = data.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
    };
    if let Some(service) = &message.extras.service {
        add("messagingServiceSid", service.clone().into());
    }
    if let Some(code) = message.error_code {
        add("errorCode", code.into());
    }
    if inbound {
        add("body", message.body.clone().into());
        add("numMedia", message.extras.media.len().into());
        add("numSegments", message.segments.into());
        add("recipients", json!([]));
        if let Some(keyword) = state.keyword(&message.to, &message.body) {
            add("optOutType", keyword.as_str().into());
        }
    } else {
        add("messageStatus", message.status.as_str().to_uppercase().into());
        add("numberOfSegments", message.segments.into());
    }
    let source =
        format!("/2010-04-01/Accounts/{}/Messages/{}.json", state.account_sid, message.sid);
    let name = if inbound { "InboundMessageV1" } else { "MessageStatus" };
    let schema = format!("Messaging.{name}/{}", subscribed.schema_version);
    cloud_event(&subscribed.kind, &source, &schema, id, message.updated_at, &data)
}

/// Returns a `CloudEvent` in the form of Event Streams.
fn cloud_event(
    kind: &str,
    source: &str,
    schema: &str,
    id: &str,
    time: Timestamp,
    data: &Value,
) -> Value {
    json!({
        "specversion": "1.0",
        "type": kind,
        "source": source,
        "id": id,
        "dataschema": format!("https://events-schemas.twilio.com/{schema}"),
        "datacontenttype": "application/json",
        "time": time.to_string(),
        "data": data,
    })
}
