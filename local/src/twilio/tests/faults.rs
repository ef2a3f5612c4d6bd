use std::time::Duration;

use super::*;
use crate::twilio::{CallbackFault, CreateFault, InboundFault, Rule, Status};

const FIELDS: [(&str, &str); 3] = [("To", CUSTOMER), ("From", NUMBER), ("Body", "the third")];

impl Bench {
    /// A create that may get no answer.
    async fn try_create(&self) -> Result<Response, reqwest::Error> {
        let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", self.twilio.url());
        self.http.post(url).basic_auth(ACCOUNT, Some(TOKEN)).form(&FIELDS).send().await
    }
}

#[tokio::test]
async fn too_many_requests_lasts_as_long_as_armed_and_only_for_what_matches() {
    let bench = Bench::new().await;
    bench.clock.hold();
    let busy = Rule::next(CreateFault::Answer { status: 429 }).body("third");
    bench.twilio.script().on_create(busy.lasting(Duration::from_mins(2)));
    bench.send("the second").await;
    assert_eq!(refusal(bench.create(&FIELDS).await).await, (429, 20429));
    bench.clock.advance(Duration::from_secs(119));
    assert_eq!(refusal(bench.create(&FIELDS).await).await, (429, 20429));
    bench.send("the fourth").await;
    bench.clock.advance(Duration::from_secs(2));
    assert_eq!(bench.create(&FIELDS).await.status(), StatusCode::CREATED);
    assert_eq!(bench.twilio.messages().unwrap().len(), 3);
    let asked = bench.twilio.creates();
    assert_eq!(asked.iter().filter(|create| create.body == "the third").count(), 3);
    assert_eq!(asked.iter().filter(|create| create.sid.is_some()).count(), 3);
}

#[tokio::test]
async fn a_server_error_meets_as_many_calls_as_armed_after_those_it_lets_pass() {
    let bench = Bench::new().await;
    bench
        .twilio
        .script()
        .on_create(Rule::next(CreateFault::Answer { status: 503 }).skip(1).times(2));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(bench.create(&FIELDS).await.status().as_u16());
    }
    assert_eq!(statuses, [201, 503, 503, 201]);
}

#[tokio::test]
async fn a_cut_call_is_not_accepted_and_a_lost_answer_is() {
    let bench = Bench::new().await;
    bench.twilio.script().on_create(Rule::next(CreateFault::Cut));
    assert!(bench.try_create().await.is_err());
    assert!(bench.twilio.messages().unwrap().is_empty());
    bench.twilio.script().on_create(Rule::next(CreateFault::LoseAnswer));
    assert!(bench.try_create().await.is_err());
    assert_eq!(bench.twilio.messages().unwrap().len(), 1);
    assert!(bench.try_create().await.is_ok());
}

#[tokio::test]
async fn a_stalled_create_is_accepted_and_never_answered() {
    let bench = Bench::new().await;
    bench.twilio.script().on_create(Rule::next(CreateFault::Stall));
    let mut call = std::pin::pin!(bench.try_create());
    tokio::select! {
        answer = &mut call => panic!("{answer:?}"),
        () = async {
            while bench.twilio.messages().unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        } => {}
    }
    bench.clock.advance(Duration::from_hours(1));
    bench.twilio.settled().await;
    assert!(futures_util::poll!(&mut call).is_pending());
    assert_eq!(bench.twilio.messages().unwrap().len(), 1);
}

#[tokio::test]
async fn a_late_answer_comes_when_the_clock_has_moved_on() {
    let bench = Bench::new().await;
    let late = CreateFault::AnswerLate { by: Duration::from_secs(9) };
    bench.twilio.script().on_create(Rule::next(late));
    let (answer, ()) = tokio::join!(bench.try_create(), async {
        while bench.twilio.messages().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        bench.clock.advance(Duration::from_secs(10));
    });
    assert_eq!(answer.unwrap().status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_closed_port_refuses_and_opens_again_where_it_was() {
    let bench = Bench::new().await;
    bench.send("before").await;
    bench.twilio.script().refuse_connections(true);
    while bench.try_create().await.is_ok() {}
    bench.twilio.script().refuse_connections(false);
    while bench.try_create().await.is_err() {}
}

#[tokio::test]
async fn callbacks_can_come_before_the_answer() {
    let bench = Bench::new().await;
    bench.twilio.script().on_create(Rule::next(CreateFault::CallbacksFirst));
    bench.send("hello").await;
    assert_eq!(bench.desk.statuses(), ["sending", "sent", "delivered"]);
}

#[tokio::test]
async fn callbacks_can_be_dropped_doubled_and_late() {
    let bench = Bench::new().await;
    let script = bench.twilio.script();
    script.on_callback(Rule::next(CallbackFault::Dropped).status(Status::Sending));
    script.on_callback(Rule::next(CallbackFault::Copies { count: 2 }).status(Status::Sent));
    let late = CallbackFault::Late { by: Duration::from_mins(5) };
    script.on_callback(Rule::next(late).status(Status::Delivered).number(CUSTOMER));
    bench.send("hello").await;
    bench.desk.heard(2).await;
    assert_eq!(bench.desk.statuses(), ["sent", "sent"]);
    while bench.twilio.messages().unwrap()[0].status != Status::Delivered {
        tokio::task::yield_now().await;
    }
    bench.clock.advance(Duration::from_mins(6));
    bench.twilio.settled().await;
    assert_eq!(bench.desk.statuses(), ["sent", "sent", "delivered"]);
}

#[tokio::test]
async fn callbacks_can_come_in_the_wrong_order() {
    let bench = Bench::new().await;
    let delay = Duration::from_mins(1);
    bench.clock.hold();
    bench.twilio.script().set_pace(Pace { sending: delay, sent: delay, delivered: delay });
    bench.twilio.script().on_callback(Rule::next(CallbackFault::Reordered).times(3));
    bench.send("hello").await;
    for status in [Status::Sending, Status::Sent, Status::Delivered] {
        bench.clock.advance(delay);
        while bench.twilio.messages().unwrap()[0].status != status {
            tokio::task::yield_now().await;
        }
    }
    for heard in 1..=3 {
        bench.desk.heard(heard).await;
        bench.clock.advance(delay);
    }
    assert_eq!(bench.desk.statuses(), ["delivered", "sent", "sending"]);
}

#[tokio::test]
async fn one_text_can_be_posted_many_times_at_once() {
    let bench = Bench::new().await;
    bench.twilio.script().on_inbound(Rule::next(InboundFault::Copies { count: 64 }));
    bench.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    bench.twilio.settled().await;
    assert_eq!(bench.desk.seen().len(), 64);
    assert_eq!(bench.twilio.messages().unwrap().len(), 1);
}
