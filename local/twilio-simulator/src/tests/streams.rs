//! Events that are posted to sinks.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::*;
use crate::{ObservedEventPost, PhoneInput};

const RECEIVED: &str = "com.twilio.messaging.inbound-message.received";
const SENT: &str = "com.twilio.messaging.message.sent";
const DELIVERED: &str = "com.twilio.messaging.message.delivered";
const UNDELIVERED: &str = "com.twilio.messaging.message.undelivered";
const FAILED: &str = "com.twilio.messaging.message.failed";
const READ: &str = "com.twilio.messaging.message.read";
const ALL: [&str; 6] = [RECEIVED, SENT, DELIVERED, UNDELIVERED, FAILED, READ];

impl SimulatorFixture {
    /// Starts a receiver whose sink is subscribed to these types.
    async fn start_sink(&self, batch: bool, types: &[&str]) -> WebhookReceiver {
        let receiver = WebhookReceiver::start().await;
        let sink = self.create_sink(&receiver, batch).await;
        self.subscribe(sink["sid"].as_str().unwrap(), types).await;
        receiver
    }

    /// Waits until `count` posts have ended with one of these statuses.
    async fn wait_for_posts(&self, count: usize, statuses: &[u16]) {
        let mut remaining = self.twilio.state.remaining_work.subscribe();
        let matches_status =
            |post: &ObservedEventPost| post.status.is_some_and(|status| statuses.contains(&status));
        while self.twilio.events().iter().filter(|post| matches_status(post)).count() < count {
            remaining.changed().await.unwrap();
        }
    }
}

/// Returns the received events, single or from batches.
fn received_events(receiver: &WebhookReceiver) -> Vec<Value> {
    let bodies = receiver
        .webhooks()
        .into_iter()
        .map(|webhook| serde_json::from_slice(&webhook.body).unwrap());
    bodies
        .flat_map(|posted| match posted {
            Value::Array(batch) => batch,
            single => vec![single],
        })
        .collect()
}

fn event_types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

fn attempts_and_statuses(post: &[ObservedEventPost]) -> Vec<(u32, Option<u16>)> {
    post.iter().map(|seen| (seen.attempts, seen.status)).collect()
}

#[tokio::test]
async fn a_batch_is_a_signed_array_with_the_body_hash_in_its_url() {
    let fixture = SimulatorFixture::new().await;
    let sink = fixture.start_sink(true, &[RECEIVED]).await;
    let typed = fixture.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    fixture.twilio.wait_until_idle().await;
    let [webhook] = sink.webhooks().try_into().unwrap();
    assert!(webhook.path.starts_with("/events?bodySHA256="));
    assert!(sink.is_signed(&webhook, TOKEN));
    assert_eq!(webhook.headers["content-type"], "application/json");
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &webhook.body);
    assert!(webhook.path.ends_with(&data_encoding::HEXLOWER.encode(hash.as_ref())));
    let [event] = <[Value; 1]>::try_from(received_events(&sink)).unwrap();
    assert!(serde_json::from_slice::<Vec<Value>>(&webhook.body).is_ok());
    assert_eq!((&event["specversion"], &event["type"]), (&"1.0".into(), &RECEIVED.into()));
    let data = &event["data"];
    assert_eq!((&data["body"], &data["messageSid"]), (&"hello".into(), &(*typed.sid).into()));
    assert_eq!((&data["from"], &data["to"]), (&CUSTOMER.into(), &NUMBER.into()));
    let schema = "https://events-schemas.twilio.com/Messaging.InboundMessageV1/3";
    assert_eq!(event["dataschema"], schema);
    assert_eq!(fixture.receiver.webhooks().len(), 1, "the webhook is posted too");
}

#[tokio::test]
async fn a_sink_without_batches_gets_single_events() {
    let fixture = SimulatorFixture::new().await;
    let sink = fixture.start_sink(false, &[SENT, DELIVERED]).await;
    let message = fixture.send("hello").await;
    fixture.twilio.wait_until_idle().await;
    let webhooks = sink.webhooks();
    assert_eq!(webhooks.len(), 2);
    assert!(
        webhooks
            .iter()
            .all(|webhook| serde_json::from_slice::<Value>(&webhook.body).unwrap().is_object())
    );
    let events = received_events(&sink);
    let mut statuses: Vec<_> = events
        .iter()
        .map(|event| (event["data"]["messageStatus"].as_str(), &event["data"]["messageSid"]))
        .collect();
    statuses.sort_unstable_by_key(|(status, _)| *status);
    assert_eq!(statuses, [(Some("DELIVERED"), &message["sid"]), (Some("SENT"), &message["sid"])]);
    assert_ne!(events[0]["id"], events[1]["id"]);
}

#[tokio::test]
async fn every_final_status_has_an_event_and_a_sink_gets_only_subscribed_types() {
    let fixture = SimulatorFixture::new().await;
    let all_types = fixture.start_sink(true, &ALL).await;
    let few_types = fixture.start_sink(true, &[READ, FAILED]).await;
    fixture.send("delivered").await;
    fixture.twilio.set_condition("+12065550124", crate::PhoneCondition::Landline).unwrap();
    fixture.create(&[("To", "+12065550124"), ("From", NUMBER), ("Body", "undelivered")]).await;
    let (from, to) = (format!("whatsapp:{CUSTOMER}"), WHATSAPP.to_owned());
    fixture.create(&[("To", &from), ("From", WHATSAPP), ("Body", "failed")]).await;
    fixture.twilio.wait_until_idle().await;
    let body = "hello".to_owned();
    fixture
        .twilio
        .send_from_phone(PhoneInput { from: from.clone(), to, body, ..PhoneInput::default() })
        .unwrap();
    fixture.create(&[("To", &from), ("From", WHATSAPP), ("Body", "read")]).await;
    fixture.twilio.wait_until_idle().await;
    fixture.twilio.open_thread(&from).unwrap();
    fixture.twilio.wait_until_idle().await;

    let received = received_events(&all_types);
    let mut received_types = event_types(&received);
    received_types.sort_unstable();
    let mut expected =
        [RECEIVED, SENT, SENT, SENT, DELIVERED, DELIVERED, UNDELIVERED, FAILED, READ];
    expected.sort_unstable();
    assert_eq!(received_types, expected);
    let code = |kind: &str| {
        let event = received.iter().find(|event| event["type"] == kind).unwrap();
        event["data"]["errorCode"].clone()
    };
    assert_eq!((code(UNDELIVERED), code(FAILED)), (json!(30006), json!(63016)));
    let few_events = received_events(&few_types);
    assert_eq!(event_types(&few_events), [FAILED, READ]);
    let read_event = received.iter().find(|event| event["type"] == READ).unwrap();
    assert_eq!(few_events[1]["id"], read_event["id"], "one event, two sinks");
}

#[tokio::test]
async fn an_event_reports_a_keyword_where_twilio_handles_it() {
    let fixture = SimulatorFixture::new().await;
    let sink = fixture.start_sink(true, &[RECEIVED]).await;
    fixture.twilio.type_text(CUSTOMER, NUMBER, "Stop").unwrap();
    fixture.twilio.wait_until_idle().await;
    fixture.twilio.type_text(CUSTOMER, NUMBER, "Stop please").unwrap();
    fixture.twilio.wait_until_idle().await;
    fixture.twilio.type_text(&format!("whatsapp:{CUSTOMER}"), WHATSAPP, "STOP").unwrap();
    fixture.twilio.wait_until_idle().await;
    let opt_out_types: Vec<Value> =
        received_events(&sink).iter().map(|event| event["data"]["optOutType"].clone()).collect();
    assert_eq!(opt_out_types, [json!("STOP"), Value::Null, Value::Null]);
}

#[tokio::test]
async fn a_message_to_an_offline_phone_is_sent_once_and_delivered_later() {
    let fixture = SimulatorFixture::new().await;
    let sink = fixture.start_sink(true, &ALL).await;
    fixture.twilio.set_airplane(CUSTOMER, true).unwrap();
    fixture.send("hello").await;
    fixture.twilio.wait_until_idle().await;
    assert_eq!(event_types(&received_events(&sink)), [SENT]);
    fixture.twilio.set_airplane(CUSTOMER, false).unwrap();
    fixture.twilio.wait_until_idle().await;
    assert_eq!(event_types(&received_events(&sink)), [SENT, DELIVERED]);
}

#[tokio::test]
async fn a_failing_sink_is_retried_without_delaying_other_sinks_or_webhooks() {
    let fixture = SimulatorFixture::new().await;
    let failing = fixture.start_sink(true, &[RECEIVED]).await;
    failing.respond_with(&[500, 429, 503]);
    let healthy = fixture.start_sink(true, &[RECEIVED]).await;
    let silent = fixture.start_sink(false, &[RECEIVED]).await;
    silent.stop_responding();
    fixture.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    tokio::join!(
        fixture.receiver.wait_for(1),
        fixture.wait_for_posts(1, &[200]),
        silent.wait_for(1)
    );
    for attempts in 1..=3 {
        fixture.wait_for_posts(attempts, &[500, 429, 503]).await;
        fixture.clock.advance(Duration::from_mins(10));
    }
    failing.wait_for(4).await;
    let ids: Vec<Value> =
        received_events(&failing).iter().map(|event| event["id"].clone()).collect();
    assert_eq!(ids.len(), 4);
    assert!(ids.iter().all(|id| *id == ids[0]), "the same event each time");
    assert_eq!((healthy.webhooks().len(), fixture.receiver.webhooks().len()), (1, 1));
}

#[tokio::test]
async fn rejected_events_are_dropped_and_undelivered_ones_expire_after_four_hours() {
    let fixture = SimulatorFixture::new().await;
    let rejecting = fixture.start_sink(true, &[RECEIVED]).await;
    rejecting.respond_with(&[400]);
    let (_closed, closed_address) = reserve_closed_address();
    let configuration = json!({ "destination": format!("http://{closed_address}/"), "method": "POST", "batch_events": true });
    let unreachable = fixture.create_sink_with(&configuration.to_string()).await;
    let unreachable_sid = unreachable["sid"].as_str().unwrap();
    fixture.subscribe(unreachable_sid, &[RECEIVED]).await;
    fixture.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    fixture.twilio.wait_until_idle().await;
    fixture.clock.advance(Duration::from_hours(5));
    // The next event is posted after what remained of the first one.
    fixture.twilio.type_text(CUSTOMER, NUMBER, "again").unwrap();
    rejecting.wait_for(2).await;
    fixture.twilio.wait_until_idle().await;
    let posts = fixture.twilio.events();
    let (unreachable_posts, rejecting_posts): (Vec<ObservedEventPost>, Vec<ObservedEventPost>) =
        posts.into_iter().partition(|post| post.sink == unreachable_sid);
    assert_eq!(attempts_and_statuses(&rejecting_posts), [(0, Some(400)), (0, Some(200))]);
    let attempts = attempts_and_statuses(&unreachable_posts);
    assert_eq!(attempts.iter().filter(|(attempts, _)| *attempts == 0).count(), 2);
    let remaining = fixture.twilio.state.store.with(|db| {
        db.query_row("SELECT count(*) FROM events WHERE event LIKE '%hello%'", [], |row| {
            row.get::<_, u32>(0)
        })
    });
    assert_eq!(remaining.unwrap(), 0, "the first event is abandoned");
}

#[tokio::test]
async fn sinks_subscriptions_and_pending_events_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let state_dir = Some(folder.path().to_owned());
    let (receiver, clock) = (WebhookReceiver::start().await, Arc::new(OffsetClock::new()));
    let start = || Twilio::start(options(state_dir.clone(), &receiver.url(), Arc::clone(&clock)));
    let fixture = SimulatorFixture {
        twilio: start().await.unwrap(),
        receiver: WebhookReceiver::start().await,
        clock: Arc::clone(&clock),
        http: reqwest::Client::builder().build().unwrap(),
    };
    let sink = fixture.start_sink(true, &[RECEIVED]).await;
    sink.respond_with(&[503]);
    fixture.twilio.type_text(CUSTOMER, NUMBER, "before").unwrap();
    fixture.twilio.wait_until_idle().await;
    fixture.twilio.stop().await;

    let twilio = start().await.unwrap();
    clock.advance(Duration::from_mins(1));
    sink.wait_for(2).await;
    twilio.type_text(CUSTOMER, NUMBER, "after").unwrap();
    sink.wait_for(3).await;
    let bodies: Vec<Value> =
        received_events(&sink).iter().map(|event| event["data"]["body"].clone()).collect();
    assert_eq!(bodies, ["before", "before", "after"]);
    twilio.stop().await;
}

#[tokio::test]
async fn credentials_in_a_sink_url_are_sent_as_basic_auth() {
    let fixture = SimulatorFixture::new().await;
    let receiver = WebhookReceiver::start().await;
    let destination = receiver.url().replace("http://", "http://me:secret@");
    let configuration = json!({ "destination": format!("{destination}/events?a=b"), "method": "POST", "batch_events": true });
    let sink = fixture.create_sink_with(&configuration.to_string()).await;
    fixture.subscribe(sink["sid"].as_str().unwrap(), &[RECEIVED]).await;
    fixture.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    fixture.twilio.wait_until_idle().await;
    let [webhook] = receiver.webhooks().try_into().unwrap();
    assert_eq!(webhook.headers["authorization"], "Basic bWU6c2VjcmV0");
    assert!(webhook.path.starts_with("/events?a=b&bodySHA256="));
}

#[tokio::test]
async fn a_test_event_validates_a_sink() {
    let fixture = SimulatorFixture::new().await;
    let sink = fixture.create_sink(&fixture.receiver, false).await;
    let path = format!("/v1/Sinks/{}", sink["sid"].as_str().unwrap());
    let response = fixture.post(&format!("{path}/Test"), &[]).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(response.json::<Value>().await.unwrap(), json!({ "result": "submitted" }));
    fixture.twilio.wait_until_idle().await;
    let [event] = <[Value; 1]>::try_from(received_events(&fixture.receiver)).unwrap();
    assert_eq!(event["type"], "com.twilio.eventstreams.test-event");
    let id = event["data"]["test_id"].as_str().unwrap();
    for (id, result) in [("another", "invalid"), (id, "valid")] {
        let response = fixture.post(&format!("{path}/Validate"), &[("TestId", id)]).await;
        assert_eq!(response.json::<Value>().await.unwrap()["result"], result);
    }
}

#[tokio::test]
async fn without_a_subscription_no_event_is_stored_or_posted() {
    let fixture = SimulatorFixture::new().await;
    let sink = fixture.create_sink(&fixture.receiver, true).await;
    let subscription = fixture.subscribe(sink["sid"].as_str().unwrap(), &ALL).await;
    let path = format!("/v1/Subscriptions/{}", subscription["sid"].as_str().unwrap());
    fixture.call(Method::DELETE, &path).await;
    fixture.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    fixture.send("hello yourself").await;
    fixture.twilio.wait_until_idle().await;
    assert_eq!(fixture.twilio.events(), []);
    assert_eq!(fixture.receiver.webhooks().len(), 4, "a webhook and three callbacks");
}
