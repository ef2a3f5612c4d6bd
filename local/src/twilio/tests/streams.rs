//! Events on their way to sinks.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::*;
use crate::twilio::{EventsSeen, Typed};

const RECEIVED: &str = "com.twilio.messaging.inbound-message.received";
const SENT: &str = "com.twilio.messaging.message.sent";
const DELIVERED: &str = "com.twilio.messaging.message.delivered";
const UNDELIVERED: &str = "com.twilio.messaging.message.undelivered";
const FAILED: &str = "com.twilio.messaging.message.failed";
const READ: &str = "com.twilio.messaging.message.read";
const ALL: [&str; 6] = [RECEIVED, SENT, DELIVERED, UNDELIVERED, FAILED, READ];

impl Bench {
    /// A desk with nothing but a sink for these types.
    async fn listener(&self, batch: bool, types: &[&str]) -> Desk {
        let desk = Desk::open().await;
        let sink = self.sink(&desk, batch).await;
        self.subscribe(sink["sid"].as_str().unwrap(), types).await;
        desk
    }

    /// Waits until so many tries have ended with one of these statuses.
    async fn tried(&self, count: usize, statuses: &[u16]) {
        let mut left = self.twilio.exchange.left.subscribe();
        let ended =
            |seen: &EventsSeen| seen.status.is_some_and(|status| statuses.contains(&status));
        while self.twilio.events().iter().filter(|seen| ended(seen)).count() < count {
            left.changed().await.unwrap();
        }
    }
}

/// The events that came, whether single or in batches.
fn events(desk: &Desk) -> Vec<Value> {
    let bodies = desk.seen().into_iter().map(|seen| serde_json::from_slice(&seen.body).unwrap());
    bodies
        .flat_map(|body| match body {
            Value::Array(batch) => batch,
            single => vec![single],
        })
        .collect()
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

fn statuses(seen: &[EventsSeen]) -> Vec<(u32, Option<u16>)> {
    seen.iter().map(|seen| (seen.attempts, seen.status)).collect()
}

#[tokio::test]
async fn a_batch_is_an_array_signed_over_the_address_with_the_hash_of_its_body() {
    let bench = Bench::new().await;
    let sink = bench.listener(true, &[RECEIVED]).await;
    let typed = bench.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    bench.twilio.settled().await;
    let [seen] = sink.seen().try_into().unwrap();
    assert!(seen.path.starts_with("/events?bodySHA256="));
    assert!(sink.is_signed(&seen, TOKEN));
    assert_eq!(seen.headers["content-type"], "application/json");
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &seen.body);
    assert!(seen.path.ends_with(&data_encoding::HEXLOWER.encode(hash.as_ref())));
    let [event] = <[Value; 1]>::try_from(events(&sink)).unwrap();
    assert!(serde_json::from_slice::<Vec<Value>>(&seen.body).is_ok());
    assert_eq!((&event["specversion"], &event["type"]), (&"1.0".into(), &RECEIVED.into()));
    let data = &event["data"];
    assert_eq!((&data["body"], &data["messageSid"]), (&"hello".into(), &(*typed.sid).into()));
    assert_eq!((&data["from"], &data["to"]), (&CUSTOMER.into(), &NUMBER.into()));
    let schema = "https://events-schemas.twilio.com/Messaging.InboundMessageV1/3";
    assert_eq!(event["dataschema"], schema);
    assert_eq!(bench.desk.seen().len(), 1, "the webhook came as ever");
}

#[tokio::test]
async fn a_sink_without_batches_gets_every_event_by_itself() {
    let bench = Bench::new().await;
    let sink = bench.listener(false, &[SENT, DELIVERED]).await;
    let message = bench.send("hello").await;
    bench.twilio.settled().await;
    let seen = sink.seen();
    assert_eq!(seen.len(), 2);
    assert!(
        seen.iter().all(|seen| serde_json::from_slice::<Value>(&seen.body).unwrap().is_object())
    );
    let events = events(&sink);
    let mut told: Vec<_> = events
        .iter()
        .map(|event| (event["data"]["messageStatus"].as_str(), &event["data"]["messageSid"]))
        .collect();
    told.sort_unstable_by_key(|(status, _)| *status);
    assert_eq!(told, [(Some("DELIVERED"), &message["sid"]), (Some("SENT"), &message["sid"])]);
    assert_ne!(events[0]["id"], events[1]["id"]);
}

#[tokio::test]
async fn every_end_of_a_message_has_its_event_and_a_sink_hears_only_what_it_subscribed_to() {
    let bench = Bench::new().await;
    let all = bench.listener(true, &ALL).await;
    let few = bench.listener(true, &[READ, FAILED]).await;
    bench.send("delivered").await;
    bench.twilio.set_condition("+12065550124", crate::twilio::Condition::Landline).unwrap();
    bench.create(&[("To", "+12065550124"), ("From", NUMBER), ("Body", "undelivered")]).await;
    let (from, to) = (format!("whatsapp:{CUSTOMER}"), WHATSAPP.to_owned());
    bench.create(&[("To", &from), ("From", WHATSAPP), ("Body", "failed")]).await;
    bench.twilio.settled().await;
    let body = "hello".to_owned();
    bench
        .twilio
        .send_from_phone(Typed { from: from.clone(), to, body, ..Typed::default() })
        .unwrap();
    bench.create(&[("To", &from), ("From", WHATSAPP), ("Body", "read")]).await;
    bench.twilio.settled().await;
    bench.twilio.read_on(&from).unwrap();
    bench.twilio.settled().await;

    let heard = events(&all);
    let mut told = types(&heard);
    told.sort_unstable();
    let mut expected =
        [RECEIVED, SENT, SENT, SENT, DELIVERED, DELIVERED, UNDELIVERED, FAILED, READ];
    expected.sort_unstable();
    assert_eq!(told, expected);
    let code = |kind: &str| {
        let found = heard.iter().find(|event| event["type"] == kind).unwrap();
        found["data"]["errorCode"].clone()
    };
    assert_eq!((code(UNDELIVERED), code(FAILED)), (json!(30006), json!(63016)));
    let few = events(&few);
    assert_eq!(types(&few), [FAILED, READ]);
    let same = heard.iter().find(|event| event["type"] == READ).unwrap();
    assert_eq!(few[1]["id"], same["id"], "one event, two sinks");
}

#[tokio::test]
async fn an_event_tells_what_a_keyword_meant_where_twilio_acts_on_it() {
    let bench = Bench::new().await;
    let sink = bench.listener(true, &[RECEIVED]).await;
    bench.twilio.type_text(CUSTOMER, NUMBER, "Stop").unwrap();
    bench.twilio.settled().await;
    bench.twilio.type_text(CUSTOMER, NUMBER, "Stop please").unwrap();
    bench.twilio.settled().await;
    bench.twilio.type_text(&format!("whatsapp:{CUSTOMER}"), WHATSAPP, "STOP").unwrap();
    bench.twilio.settled().await;
    let meant: Vec<Value> =
        events(&sink).iter().map(|event| event["data"]["optOutType"].clone()).collect();
    assert_eq!(meant, [json!("STOP"), Value::Null, Value::Null]);
}

#[tokio::test]
async fn a_message_out_of_reach_is_sent_once_and_delivered_when_it_arrives() {
    let bench = Bench::new().await;
    let sink = bench.listener(true, &ALL).await;
    bench.twilio.set_airplane(CUSTOMER, true).unwrap();
    bench.send("hello").await;
    bench.twilio.settled().await;
    assert_eq!(types(&events(&sink)), [SENT]);
    bench.twilio.set_airplane(CUSTOMER, false).unwrap();
    bench.twilio.settled().await;
    assert_eq!(types(&events(&sink)), [SENT, DELIVERED]);
}

#[tokio::test]
async fn a_sink_that_fails_is_tried_again_and_holds_up_neither_others_nor_webhooks() {
    let bench = Bench::new().await;
    let failing = bench.listener(true, &[RECEIVED]).await;
    failing.answer(&[500, 429, 503]);
    let well = bench.listener(true, &[RECEIVED]).await;
    let mute = bench.listener(false, &[RECEIVED]).await;
    mute.mute();
    bench.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    tokio::join!(bench.desk.heard(1), bench.tried(1, &[200]), mute.heard(1));
    for tries in 1..=3 {
        bench.tried(tries, &[500, 429, 503]).await;
        bench.clock.advance(Duration::from_mins(10));
    }
    failing.heard(4).await;
    let ids: Vec<Value> = events(&failing).iter().map(|event| event["id"].clone()).collect();
    assert_eq!(ids.len(), 4);
    assert!(ids.iter().all(|id| *id == ids[0]), "the same event each time");
    assert_eq!((well.seen().len(), bench.desk.seen().len()), (1, 1));
}

#[tokio::test]
async fn what_a_sink_refuses_is_dropped_and_what_it_never_takes_ends_after_four_hours() {
    let bench = Bench::new().await;
    let refusing = bench.listener(true, &[RECEIVED]).await;
    refusing.answer(&[400]);
    let (_closed, nobody) = closed();
    let configuration = json!({ "destination": format!("http://{nobody}/"), "method": "POST", "batch_events": true });
    let gone = bench.sink_of(&configuration.to_string()).await;
    let gone = gone["sid"].as_str().unwrap();
    bench.subscribe(gone, &[RECEIVED]).await;
    bench.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    bench.twilio.settled().await;
    bench.clock.advance(Duration::from_hours(5));
    // The next text goes after what was left of the first.
    bench.twilio.type_text(CUSTOMER, NUMBER, "again").unwrap();
    refusing.heard(2).await;
    bench.twilio.settled().await;
    let seen = bench.twilio.events();
    let (of_gone, of_refusing): (Vec<EventsSeen>, Vec<EventsSeen>) =
        seen.into_iter().partition(|seen| seen.sink == gone);
    assert_eq!(statuses(&of_refusing), [(0, Some(400)), (0, Some(200))]);
    let tries = statuses(&of_gone);
    assert_eq!(tries.iter().filter(|(attempts, _)| *attempts == 0).count(), 2);
    let left = bench.twilio.exchange.store.with(|db| {
        db.query_row("SELECT count(*) FROM events WHERE event LIKE '%hello%'", [], |row| {
            row.get::<_, u32>(0)
        })
    });
    assert_eq!(left.unwrap(), 0, "the first text's event is given up");
}

#[tokio::test]
async fn sinks_subscriptions_and_events_under_way_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let place = Some(folder.path().to_owned());
    let (desk, clock) = (Desk::open().await, Arc::new(ShiftClock::new()));
    let start = || Twilio::start(options(place.clone(), &desk.url(), Arc::clone(&clock)));
    let bench = Bench {
        twilio: start().await.unwrap(),
        desk: Desk::open().await,
        clock: Arc::clone(&clock),
        http: reqwest::Client::builder().build().unwrap(),
    };
    let sink = bench.listener(true, &[RECEIVED]).await;
    sink.answer(&[503]);
    bench.twilio.type_text(CUSTOMER, NUMBER, "before").unwrap();
    bench.twilio.settled().await;
    bench.twilio.stop().await;

    let twilio = start().await.unwrap();
    clock.advance(Duration::from_mins(1));
    sink.heard(2).await;
    twilio.type_text(CUSTOMER, NUMBER, "after").unwrap();
    sink.heard(3).await;
    let bodies: Vec<Value> =
        events(&sink).iter().map(|event| event["data"]["body"].clone()).collect();
    assert_eq!(bodies, ["before", "before", "after"]);
    twilio.stop().await;
}

#[tokio::test]
async fn a_name_and_a_password_in_the_address_come_as_basic_credentials() {
    let bench = Bench::new().await;
    let desk = Desk::open().await;
    let destination = desk.url().replace("http://", "http://me:secret@");
    let configuration = json!({ "destination": format!("{destination}/events?a=b"), "method": "POST", "batch_events": true });
    let sink = bench.sink_of(&configuration.to_string()).await;
    bench.subscribe(sink["sid"].as_str().unwrap(), &[RECEIVED]).await;
    bench.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    bench.twilio.settled().await;
    let [seen] = desk.seen().try_into().unwrap();
    assert_eq!(seen.headers["authorization"], "Basic bWU6c2VjcmV0");
    assert!(seen.path.starts_with("/events?a=b&bodySHA256="));
}

#[tokio::test]
async fn a_test_event_proves_the_way_to_a_sink() {
    let bench = Bench::new().await;
    let sink = bench.sink(&bench.desk, false).await;
    let path = format!("/v1/Sinks/{}", sink["sid"].as_str().unwrap());
    let tested = bench.post(&format!("{path}/Test"), &[]).await;
    assert_eq!(tested.status(), StatusCode::CREATED);
    assert_eq!(tested.json::<Value>().await.unwrap(), json!({ "result": "submitted" }));
    bench.twilio.settled().await;
    let [event] = <[Value; 1]>::try_from(events(&bench.desk)).unwrap();
    assert_eq!(event["type"], "com.twilio.eventstreams.test-event");
    let id = event["data"]["test_id"].as_str().unwrap();
    for (id, result) in [("another", "invalid"), (id, "valid")] {
        let validated = bench.post(&format!("{path}/Validate"), &[("TestId", id)]).await;
        assert_eq!(validated.json::<Value>().await.unwrap()["result"], result);
    }
}

#[tokio::test]
async fn without_a_subscription_nothing_is_kept_and_nothing_is_sent() {
    let bench = Bench::new().await;
    let sink = bench.sink(&bench.desk, true).await;
    let subscription = bench.subscribe(sink["sid"].as_str().unwrap(), &ALL).await;
    let path = format!("/v1/Subscriptions/{}", subscription["sid"].as_str().unwrap());
    bench.call(Method::DELETE, &path).await;
    bench.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    bench.send("hello yourself").await;
    bench.twilio.settled().await;
    assert_eq!(bench.twilio.events(), []);
    assert_eq!(bench.desk.seen().len(), 4, "a webhook and three callbacks");
}
