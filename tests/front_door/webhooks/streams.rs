//! Event Streams as the simulated Twilio sends them, beside its webhooks and in their place.

use std::time::Duration;

use local::twilio::{CallbackFault, InboundFault, Rule};
use reqwest::Response;
use serde_json::{Value, json};

use super::kept;
use crate::desk::person::{bodies, id};
use crate::desk::{Desk, OURS, Person, customer, until};
use crate::media::{Gives, Host};

const RECEIVED: &str = "com.twilio.messaging.inbound-message.received";
const STATUSES: [&str; 5] = ["sent", "delivered", "undelivered", "failed", "read"];

/// Calls the Events API as the account's owner.
async fn call(desk: &Desk, path: &str, fields: &[(&str, &str)]) -> Response {
    let settings = desk.system().settings();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let call = client.post(format!("{}{path}", desk.twilio().url())).form(fields);
    call.basic_auth(&settings.account_sid, Some(&settings.auth_token)).send().await.unwrap()
}

fn sink<'a>(kind: &'a str, configuration: &'a str) -> [(&'a str, &'a str); 3] {
    [("Description", "A sink"), ("SinkType", kind), ("SinkConfiguration", configuration)]
}

fn configuration(destination: &str, batch: bool) -> String {
    json!({ "destination": destination, "method": "POST", "batch_events": batch }).to_string()
}

/// A sink at `destination`, subscribed to everything that becomes of messages; its SID.
async fn subscribed(desk: &Desk, destination: &str, batch: bool) -> String {
    let made = call(desk, "/v1/Sinks", &sink("webhook", &configuration(destination, batch))).await;
    assert_eq!(made.status(), 201);
    let made: Value = made.json().await.unwrap();
    let sid = made["sid"].as_str().unwrap().to_owned();
    let statuses = STATUSES.map(|status| format!("com.twilio.messaging.message.{status}"));
    let types = statuses.into_iter().chain([RECEIVED.to_owned()]);
    let types: Vec<String> =
        types.map(|one| json!({ "type": one, "schema_version": 1 }).to_string()).collect();
    let mut fields = vec![("Description", "All of it"), ("SinkSid", &*sid)];
    fields.extend(types.iter().map(|one| ("Types", one.as_str())));
    assert_eq!(call(desk, "/v1/Subscriptions", &fields).await.status(), 201);
    sid
}

/// The types of the events that were answered with `status`, in order of their names.
fn taken(desk: &Desk, sink: &str, status: u16) -> Vec<String> {
    let seen = desk.twilio().events().into_iter();
    let seen = seen.filter(|seen| seen.sink == sink && seen.status == Some(status));
    let mut types: Vec<String> = seen
        .flat_map(|seen| seen.types)
        .map(|one| one.rsplit('.').next().unwrap().to_owned())
        .collect();
    types.sort_unstable();
    types
}

fn told(messages: &[Value]) -> Vec<(&Value, &Value)> {
    messages.iter().map(|message| (&message["body"], &message["status"])).collect()
}

async fn one_of_each(desk: &Desk, anna: &Person<'_>, batch: bool) {
    let sink = subscribed(desk, &desk.url("/twilio/events"), batch).await;
    let number = customer();
    desk.phone(&number).writes("Is it open?").await;
    let thread = anna.conversation_with(&number).await;
    anna.send(&thread, "Until six").await;
    desk.settle().await;
    let messages = anna.messages(&thread).await;
    let both = [("Is it open?", "received"), ("Until six", "delivered")];
    let both = both.map(|(body, status)| (json!(body), json!(status)));
    let told: Vec<_> = told(&messages);
    assert_eq!(told, both.each_ref().map(|(body, status)| (body, status)));
    assert_eq!(anna.conversation(&thread).await["unread_count"], 1);
    assert_eq!(taken(desk, &sink, 204), ["delivered", "received", "sent"]);
    let webhooks = desk.twilio().webhooks();
    let own = |sid: &Value| webhooks.iter().filter(|seen| *sid == *seen.sid).count();
    assert_eq!((own(&messages[0]["sid"]), own(&messages[1]["sid"])), (1, 3));
    assert_eq!(kept(anna).await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_text_and_an_answer_are_stored_once_though_webhooks_and_events_both_tell_them() {
    for batch in [true, false] {
        let desk = Desk::open().await;
        let anna = desk.admin().await;
        one_of_each(&desk, &anna, batch).await;
        desk.close().await;
    }
}

#[tokio::test]
async fn what_no_webhook_has_told_yet_comes_by_event_streams_and_is_told_once() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (number, script) = (customer(), desk.twilio().script());
    let thread = id(&anna.start(&number).await).to_owned();
    script.on_callback(Rule::next(CallbackFault::Dropped).times(9));
    let sink = subscribed(&desk, &desk.url("/twilio/events"), true).await;
    anna.send(&thread, "Hello").await;
    desk.settle().await;
    assert_eq!(anna.messages(&thread).await[0]["status"], "delivered");

    let late = InboundFault::Late { by: Duration::from_hours(1) };
    script.on_inbound(Rule::next(late));
    let typed = desk.twilio().type_text(&number, OURS, "Hi back").unwrap();
    let messages = until("the text to come as an event", async || {
        let messages = anna.messages(&thread).await;
        (messages.len() == 2).then_some(messages)
    })
    .await;
    assert_eq!(desk.twilio().webhooks(), []);
    assert_eq!(bodies(&messages), ["Hello", "Hi back"]);
    assert_eq!(messages[1]["sid"], *typed.sid);
    assert_eq!(anna.conversation(&thread).await["unread_count"], 1);

    desk.pass(Duration::from_hours(1));
    desk.settle().await;
    let anna = anna.refreshed().await;
    assert_eq!(desk.twilio().webhooks().len(), 1, "the webhook came after all");
    assert_eq!(told(&anna.messages(&thread).await), told(&messages));
    assert_eq!(anna.conversation(&thread).await["unread_count"], 1);
    assert_eq!(taken(&desk, &sink, 204), ["delivered", "received", "sent"]);
    desk.close().await;
}

#[tokio::test]
async fn a_sink_that_answers_500_is_tried_again_and_the_desk_does_not_wait_for_it() {
    let (desk, host) = (Desk::open().await, Host::open().await);
    let anna = desk.admin().await;
    host.at("/events", Gives::Status(500));
    let failing = subscribed(&desk, &format!("{}/events", host.base), true).await;
    let own = subscribed(&desk, &desk.url("/twilio/events"), true).await;
    let number = customer();
    desk.phone(&number).writes("Hello").await;
    let thread = anna.conversation_with(&number).await;
    assert_eq!(bodies(&anna.messages(&thread).await), ["Hello"]);
    assert_eq!(taken(&desk, &own, 204), ["received"]);
    assert!(!taken(&desk, &failing, 500).is_empty());
    assert_eq!(taken(&desk, &failing, 200), [""; 0]);

    host.at("/events", Gives::Status(200));
    desk.pass(Duration::from_mins(1));
    let again = until("another try", async || {
        let again = taken(&desk, &failing, 200);
        (!again.is_empty()).then_some(again)
    })
    .await;
    assert_eq!(again, ["received"]);
    desk.close().await;
}

#[tokio::test]
async fn a_sink_that_leads_elsewhere_or_is_none_is_refused_as_twilio_refuses() {
    let desk = Desk::open().await;
    let elsewhere = configuration("https://desk.example.com/twilio/events", true);
    let own = configuration(&desk.url("/twilio/events"), true);
    for (kind, given, code) in
        [("webhook", &*elsewhere, 91000), ("kinesis", &own, 91000), ("webhook", "", 20001)]
    {
        let refused = call(&desk, "/v1/Sinks", &sink(kind, given)).await;
        assert_eq!(refused.status(), 400);
        let error: Value = refused.json().await.unwrap();
        assert_eq!((&error["code"], &error["status"]), (&code.into(), &400.into()));
        let info = format!("https://www.twilio.com/docs/errors/{code}");
        assert_eq!((&error["more_info"], error["message"].is_string()), (&info.into(), true));
    }
    desk.phone(&customer()).writes("Hello").await;
    assert_eq!(desk.twilio().events(), []);
    desk.close().await;
}
