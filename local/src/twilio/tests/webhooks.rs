use std::time::Duration;

use super::*;
use crate::twilio::webhook::{End, Overrides};
use crate::twilio::{CallbackFault, Rule, Status};

#[tokio::test]
async fn an_inbound_text_is_posted_signed_with_all_its_parameters() {
    let bench = Bench::new().await;
    let message = bench.twilio.type_text(CUSTOMER, NUMBER, "is it open? ☀️ a+b=c&d").unwrap();
    bench.twilio.settled().await;
    let [seen] = bench.desk.seen().try_into().unwrap();
    assert_eq!(seen.path, "/twilio/messages");
    assert!(bench.desk.is_signed(&seen, TOKEN));
    assert!(!bench.desk.is_signed(&seen, "another token"));
    for (name, value) in [
        ("MessageSid", &*message.sid),
        ("SmsSid", &message.sid),
        ("SmsMessageSid", &message.sid),
        ("AccountSid", ACCOUNT),
        ("From", CUSTOMER),
        ("To", NUMBER),
        ("Body", "is it open? ☀️ a+b=c&d"),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("SmsStatus", "received"),
        ("ApiVersion", "2010-04-01"),
        ("FromCountry", "US"),
        ("FromZip", "98101"),
    ] {
        assert_eq!(seen.field(name), value, "{name}");
    }
    let answer = bench.twilio.messages().unwrap()[0].answer.unwrap();
    assert_eq!(answer.status, Some(200));
}

#[tokio::test]
async fn callbacks_come_in_order_without_one_for_the_first_status() {
    let bench = Bench::new().await;
    bench.send("hello").await;
    bench.twilio.settled().await;
    assert_eq!(bench.desk.statuses(), ["sending", "sent", "delivered"]);
    for seen in bench.desk.seen() {
        assert!(bench.desk.is_signed(&seen, TOKEN));
        assert_eq!(seen.path, "/twilio/deliveries/c/m");
    }
    let last = bench.desk.seen().pop().unwrap();
    assert_eq!(last.field("RawDlrDoneDate").len(), 10);
}

#[tokio::test]
async fn an_answer_of_503_is_final_unless_the_address_asks_for_retries() {
    let bench = Bench::new().await;
    bench.desk.answer(&[503]);
    bench.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    bench.twilio.settled().await;
    assert_eq!(bench.desk.seen().len(), 1);
    assert_eq!(bench.twilio.messages().unwrap()[0].answer.unwrap().status, Some(503));

    bench.desk.answer(&[503, 500, 503, 200]);
    let callback = format!("{}#rc=2&rp=5xx", bench.callback());
    let fields =
        [("To", "+12065550199"), ("From", NUMBER), ("Body", "x"), ("StatusCallback", &*callback)];
    bench.twilio.script().on_callback(Rule::next(CallbackFault::Dropped).status(Status::Sent));
    bench.twilio.script().on_callback(Rule::next(CallbackFault::Dropped).status(Status::Delivered));
    bench.create(&fields).await;
    bench.twilio.settled().await;
    assert_eq!(bench.desk.statuses().iter().filter(|status| *status == "sending").count(), 3);
    assert!(bench.desk.seen().iter().all(|seen| !seen.path.contains('#')));
}

#[tokio::test]
async fn a_desk_that_does_not_answer_is_given_up_after_twilios_time() {
    let bench = Bench::new().await;
    bench.desk.mute();
    bench.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    bench.desk.heard(1).await;
    bench.clock.advance(Duration::from_secs(21));
    bench.twilio.settled().await;
    assert_eq!(bench.twilio.messages().unwrap()[0].answer.unwrap().status, None);
    assert_eq!(bench.desk.seen().len(), 1);
}

#[tokio::test]
async fn a_text_typed_while_the_desk_is_down_arrives_when_it_is_back() {
    let (closed, address) = closed();
    let clock = Arc::new(ShiftClock::new());
    let url = format!("http://{address}");
    let twilio = Twilio::start(options(None, &url, clock)).await.unwrap();
    twilio.type_text(CUSTOMER, NUMBER, "anybody?").unwrap();
    let desk = Desk::open_on(closed.listen(64).unwrap());
    twilio.settled().await;
    assert_eq!(desk.seen()[0].field("Body"), "anybody?");
    assert_eq!(desk.seen().len(), 1);
    twilio.stop().await;
}

#[tokio::test]
async fn what_was_pending_at_the_end_is_delivered_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ShiftClock::new());
    let place = Some(folder.path().to_owned());
    let (closed, address) = closed();
    let url = format!("http://{address}");

    let first = Twilio::start(options(place.clone(), &url, Arc::clone(&clock))).await.unwrap();
    first.type_text(CUSTOMER, NUMBER, "before").unwrap();
    first.set_airplane("+12065550124", true).unwrap();
    let http = reqwest::Client::builder().build().unwrap();
    let create = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", first.url());
    let callback = format!("{url}/twilio/deliveries/c/m");
    let fields =
        [("To", CUSTOMER), ("From", NUMBER), ("Body", "b"), ("StatusCallback", &*callback)];
    let created = http.post(create).basic_auth(ACCOUNT, Some(TOKEN)).form(&fields).send();
    assert_eq!(created.await.unwrap().status(), StatusCode::CREATED);
    first.stop().await;

    let desk = Desk::open_on(closed.listen(64).unwrap());
    let second = Twilio::start(options(place, &url, clock)).await.unwrap();
    second.settled().await;
    assert_eq!(second.messages().unwrap().len(), 2);
    let mut statuses = desk.statuses();
    statuses.sort();
    assert_eq!(statuses, ["", "delivered", "sending", "sent"]);
    second.stop().await;
}

#[test]
fn connection_overrides_are_read_from_the_fragment_within_their_bounds() {
    let plain = Overrides::of("https://desk.example/hook");
    assert_eq!((plain.connect, plain.read), (Duration::from_secs(5), Duration::from_secs(15)));
    assert!(plain.retries(End::NoConnection) && !plain.retries(End::Answered(503)));
    let asked = Overrides::of("https://desk.example/hook#ct=2000&rt=90000&rc=3&rp=4xx,rt");
    assert_eq!((asked.connect, asked.read), (Duration::from_secs(2), Duration::from_secs(15)));
    assert_eq!(asked.retries, 3);
    assert!(asked.retries(End::Answered(404)) && asked.retries(End::NoAnswer));
    assert!(!asked.retries(End::NoConnection) && !asked.retries(End::Answered(200)));
}
