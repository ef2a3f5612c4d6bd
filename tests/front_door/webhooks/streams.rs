//! Event Streams of the simulator, in addition to its webhooks and instead of them.

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};
use twilio_simulator::{CallbackFault, FaultRule, InboundFault};

use super::quarantine_items;
use crate::media::{HostResponse, MediaHost};
use crate::support::user::{bodies, conversation_id};
use crate::support::{BUSINESS_NUMBER, TestSystem, TestUser, customer_number, wait_for};

const RECEIVED_TYPE: &str = "com.twilio.messaging.inbound-message.received";
const STATUSES: [&str; 5] = ["sent", "delivered", "undelivered", "failed", "read"];

/// Calls the Events API with the account's credentials.
async fn twilio_call(system: &TestSystem, path: &str, fields: &[(&str, &str)]) -> Response {
    let settings = system.inner().settings();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(format!("{}{path}", system.twilio().url())).form(fields);
    request.basic_auth(&settings.account_sid, Some(&settings.auth_token)).send().await.unwrap()
}

fn sink_params<'a>(sink_type: &'a str, sink_config: &'a str) -> [(&'a str, &'a str); 3] {
    [("Description", "A sink"), ("SinkType", sink_type), ("SinkConfiguration", sink_config)]
}

fn sink_configuration(destination: &str, batch: bool) -> String {
    json!({ "destination": destination, "method": "POST", "batch_events": batch }).to_string()
}

/// Creates a sink for `destination` with a subscription to all message events. Returns its SID.
async fn subscribe(system: &TestSystem, destination: &str, batch: bool) -> String {
    let response = twilio_call(
        system,
        "/events/v1/Sinks",
        &sink_params("webhook", &sink_configuration(destination, batch)),
    )
    .await;
    assert_eq!(response.status(), 201);
    let created: Value = response.json().await.unwrap();
    let sid = created["sid"].as_str().unwrap().to_owned();
    let statuses = STATUSES.map(|status| format!("com.twilio.messaging.message.{status}"));
    let types = statuses.into_iter().chain([RECEIVED_TYPE.to_owned()]);
    let types: Vec<String> = types
        .map(|event_type| json!({ "type": event_type, "schema_version": 1 }).to_string())
        .collect();
    let mut fields = vec![("Description", "All of it"), ("SinkSid", &*sid)];
    fields.extend(types.iter().map(|event_type| ("Types", event_type.as_str())));
    assert_eq!(twilio_call(system, "/events/v1/Subscriptions", &fields).await.status(), 201);
    sid
}

/// Returns the types of the events whose response had this status, sorted by name.
fn posted_types(system: &TestSystem, sink: &str, status: u16) -> Vec<String> {
    let posts = system.twilio().events().into_iter();
    let posts = posts.filter(|post| post.sink == sink && post.status == Some(status));
    let mut types: Vec<String> = posts
        .flat_map(|post| post.types)
        .map(|event_type| event_type.rsplit('.').next().unwrap().to_owned())
        .collect();
    types.sort_unstable();
    types
}

fn bodies_and_statuses(messages: &[Value]) -> Vec<(&Value, &Value)> {
    messages.iter().map(|message| (&message["body"], &message["status"])).collect()
}

async fn exchange_messages(system: &TestSystem, anna: &TestUser<'_>, batch: bool) {
    let sink = subscribe(system, &system.url("/twilio/events"), batch).await;
    let number = customer_number();
    system.phone(&number).send_text("Is it open?").await;
    let thread = anna.conversation_id_with(&number).await;
    anna.send(&thread, "Until six").await;
    system.wait_until_idle().await;
    let messages = anna.messages(&thread).await;
    let expected = [("Is it open?", "received"), ("Until six", "delivered")];
    let expected = expected.map(|(body, status)| (json!(body), json!(status)));
    let received: Vec<_> = bodies_and_statuses(&messages);
    assert_eq!(received, expected.each_ref().map(|(body, status)| (body, status)));
    assert_eq!(anna.get_conversation(&thread).await["unread_count"], 1);
    assert_eq!(posted_types(system, &sink, 204), ["delivered", "received", "sent"]);
    let webhooks = system.twilio().webhooks();
    let count_for = |sid: &Value| webhooks.iter().filter(|webhook| *sid == *webhook.sid).count();
    assert_eq!((count_for(&messages[0]["sid"]), count_for(&messages[1]["sid"])), (1, 3));
    assert_eq!(quarantine_items(anna).await, [Value::Null; 0]);
}

#[tokio::test]
async fn messages_reported_by_webhooks_and_events_are_stored_once() {
    for batch in [true, false] {
        let system = TestSystem::start().await;
        let anna = system.admin().await;
        exchange_messages(&system, &anna, batch).await;
        system.stop().await;
    }
}

#[tokio::test]
async fn a_message_without_a_webhook_is_received_by_event_streams_once() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (number, script) = (customer_number(), system.twilio().script());
    let thread = conversation_id(&anna.start_conversation(&number).await).to_owned();
    script.on_callback(FaultRule::next(CallbackFault::Dropped).times(9));
    let sink = subscribe(&system, &system.url("/twilio/events"), true).await;
    anna.send(&thread, "Hello").await;
    system.wait_until_idle().await;
    assert_eq!(anna.messages(&thread).await[0]["status"], "delivered");

    let late_webhook = InboundFault::Late { by: Duration::from_hours(1) };
    script.on_inbound(FaultRule::next(late_webhook));
    let sent = system.twilio().type_text(&number, BUSINESS_NUMBER, "Hi back").unwrap();
    let messages = wait_for("the text to come as an event", async || {
        let messages = anna.messages(&thread).await;
        (messages.len() == 2).then_some(messages)
    })
    .await;
    assert_eq!(system.twilio().webhooks(), []);
    assert_eq!(bodies(&messages), ["Hello", "Hi back"]);
    assert_eq!(messages[1]["sid"], *sent.sid);
    assert_eq!(anna.get_conversation(&thread).await["unread_count"], 1);

    system.advance(Duration::from_hours(1));
    system.wait_until_idle().await;
    let anna = anna.refresh().await;
    assert_eq!(system.twilio().webhooks().len(), 1, "the webhook was sent");
    assert_eq!(bodies_and_statuses(&anna.messages(&thread).await), bodies_and_statuses(&messages));
    assert_eq!(anna.get_conversation(&thread).await["unread_count"], 1);
    assert_eq!(posted_types(&system, &sink, 204), ["delivered", "received", "sent"]);
    system.stop().await;
}

#[tokio::test]
async fn a_sink_that_returns_500_is_retried_without_delaying_other_sinks() {
    let (system, host) = (TestSystem::start().await, MediaHost::start().await);
    let anna = system.admin().await;
    host.set_response("/events", HostResponse::Status(500));
    let failing_sink = subscribe(&system, &format!("{}/events", host.base_url), true).await;
    let own_sink = subscribe(&system, &system.url("/twilio/events"), true).await;
    let number = customer_number();
    system.phone(&number).send_text("Hello").await;
    let thread = anna.conversation_id_with(&number).await;
    assert_eq!(bodies(&anna.messages(&thread).await), ["Hello"]);
    assert_eq!(posted_types(&system, &own_sink, 204), ["received"]);
    assert!(!posted_types(&system, &failing_sink, 500).is_empty());
    assert_eq!(posted_types(&system, &failing_sink, 200), [""; 0]);

    host.set_response("/events", HostResponse::Status(200));
    system.advance(Duration::from_mins(1));
    let retried = wait_for("another try", async || {
        let retried = posted_types(&system, &failing_sink, 200);
        (!retried.is_empty()).then_some(retried)
    })
    .await;
    assert_eq!(retried, ["received"]);
    system.stop().await;
}

#[tokio::test]
async fn an_invalid_sink_is_rejected_with_twilios_error_code() {
    let system = TestSystem::start().await;
    let other_config = sink_configuration("https://desk.example.com/twilio/events", true);
    let own_config = sink_configuration(&system.url("/twilio/events"), true);
    for (sink_type, config, code) in [
        ("webhook", &*other_config, 91000),
        ("kinesis", &own_config, 91000),
        ("webhook", "", 20001),
    ] {
        let response =
            twilio_call(&system, "/events/v1/Sinks", &sink_params(sink_type, config)).await;
        assert_eq!(response.status(), 400);
        let error: Value = response.json().await.unwrap();
        assert_eq!((&error["code"], &error["status"]), (&code.into(), &400.into()));
        let more_info = format!("https://www.twilio.com/docs/errors/{code}");
        assert_eq!((&error["more_info"], error["message"].is_string()), (&more_info.into(), true));
    }
    system.phone(&customer_number()).send_text("Hello").await;
    assert_eq!(system.twilio().events(), []);
    system.stop().await;
}
