use std::time::Duration;

use super::*;
use crate::{CallbackFault, CreateFault, FaultRule, InboundFault, Status};

const FIELDS: [(&str, &str); 3] = [("To", CUSTOMER), ("From", NUMBER), ("Body", "the third")];

impl SimulatorFixture {
    /// Sends a create request that may get no response.
    async fn try_create(&self) -> Result<Response, reqwest::Error> {
        let url = self.url(&format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
        self.http.post(url).basic_auth(ACCOUNT, Some(TOKEN)).form(&FIELDS).send().await
    }
}

#[tokio::test]
async fn rate_limiting_lasts_as_long_as_armed_and_only_for_matching_calls() {
    let fixture = SimulatorFixture::new().await;
    fixture.clock.freeze();
    let rule = FaultRule::next(CreateFault::Respond { status: 429 }).body("third");
    fixture.twilio.script().on_create(rule.lasting(Duration::from_mins(2)));
    fixture.send("the second").await;
    assert_eq!(error_codes(fixture.create(&FIELDS).await).await, (429, 20429));
    fixture.clock.advance(Duration::from_secs(119));
    assert_eq!(error_codes(fixture.create(&FIELDS).await).await, (429, 20429));
    fixture.send("the fourth").await;
    fixture.clock.advance(Duration::from_secs(2));
    assert_eq!(fixture.create(&FIELDS).await.status(), StatusCode::CREATED);
    assert_eq!(fixture.twilio.messages().unwrap().len(), 3);
    let creates = fixture.twilio.creates();
    assert_eq!(creates.iter().filter(|create| create.body == "the third").count(), 3);
    assert_eq!(creates.iter().filter(|create| create.sid.is_some()).count(), 3);
}

#[tokio::test]
async fn a_server_error_affects_the_armed_number_of_calls_after_the_skipped_ones() {
    let fixture = SimulatorFixture::new().await;
    fixture
        .twilio
        .script()
        .on_create(FaultRule::next(CreateFault::Respond { status: 503 }).skip(1).times(2));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(fixture.create(&FIELDS).await.status().as_u16());
    }
    assert_eq!(statuses, [201, 503, 503, 201]);
}

#[tokio::test]
async fn a_cut_call_is_not_accepted_but_a_call_with_a_lost_response_is() {
    let fixture = SimulatorFixture::new().await;
    fixture.twilio.script().on_create(FaultRule::next(CreateFault::Cut));
    assert!(fixture.try_create().await.is_err());
    assert!(fixture.twilio.messages().unwrap().is_empty());
    fixture.twilio.script().on_create(FaultRule::next(CreateFault::DropResponse));
    assert!(fixture.try_create().await.is_err());
    assert_eq!(fixture.twilio.messages().unwrap().len(), 1);
    assert!(fixture.try_create().await.is_ok());
}

#[tokio::test]
async fn a_stalled_create_is_accepted_without_a_response() {
    let fixture = SimulatorFixture::new().await;
    fixture.twilio.script().on_create(FaultRule::next(CreateFault::Stall));
    let mut call = std::pin::pin!(fixture.try_create());
    tokio::select! {
        result = &mut call => panic!("{result:?}"),
        () = async {
            while fixture.twilio.messages().unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        } => {}
    }
    fixture.clock.advance(Duration::from_hours(1));
    fixture.twilio.wait_until_idle().await;
    assert!(futures_util::poll!(&mut call).is_pending());
    assert_eq!(fixture.twilio.messages().unwrap().len(), 1);
}

#[tokio::test]
async fn a_late_response_arrives_by_the_injected_clock() {
    let fixture = SimulatorFixture::new().await;
    let late = CreateFault::LateResponse { by: Duration::from_secs(9) };
    fixture.twilio.script().on_create(FaultRule::next(late));
    let (result, ()) = tokio::join!(fixture.try_create(), async {
        while fixture.twilio.messages().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        fixture.clock.advance(Duration::from_secs(10));
    });
    assert_eq!(result.unwrap().status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_closed_port_refuses_connections_and_reopens_on_the_same_port() {
    let fixture = SimulatorFixture::new().await;
    fixture.send("before").await;
    fixture.twilio.script().refuse_connections(true);
    while fixture.try_create().await.is_ok() {}
    fixture.twilio.script().refuse_connections(false);
    while fixture.try_create().await.is_err() {}
}

#[tokio::test]
async fn callbacks_can_arrive_before_the_response() {
    let fixture = SimulatorFixture::new().await;
    fixture.twilio.script().on_create(FaultRule::next(CreateFault::CallbacksFirst));
    fixture.send("hello").await;
    assert_eq!(fixture.receiver.callback_statuses(), ["sending", "sent", "delivered"]);
}

#[tokio::test]
async fn callbacks_can_be_dropped_duplicated_and_delayed() {
    let fixture = SimulatorFixture::new().await;
    let script = fixture.twilio.script();
    script.on_callback(FaultRule::next(CallbackFault::Dropped).status(Status::Sending));
    script.on_callback(FaultRule::next(CallbackFault::Copies { count: 2 }).status(Status::Sent));
    let late = CallbackFault::Late { by: Duration::from_mins(5) };
    script.on_callback(FaultRule::next(late).status(Status::Delivered).number(CUSTOMER));
    fixture.send("hello").await;
    fixture.receiver.wait_for(2).await;
    assert_eq!(fixture.receiver.callback_statuses(), ["sent", "sent"]);
    while fixture.twilio.messages().unwrap()[0].status != Status::Delivered {
        tokio::task::yield_now().await;
    }
    fixture.clock.advance(Duration::from_mins(6));
    fixture.twilio.wait_until_idle().await;
    assert_eq!(fixture.receiver.callback_statuses(), ["sent", "sent", "delivered"]);
}

#[tokio::test]
async fn callbacks_can_arrive_out_of_order() {
    let fixture = SimulatorFixture::new().await;
    let delay = Duration::from_mins(1);
    fixture.clock.freeze();
    fixture.twilio.script().set_pace(Pace { sending: delay, sent: delay, delivered: delay });
    fixture.twilio.script().on_callback(FaultRule::next(CallbackFault::Reordered).times(3));
    fixture.send("hello").await;
    for status in [Status::Sending, Status::Sent, Status::Delivered] {
        fixture.clock.advance(delay);
        while fixture.twilio.messages().unwrap()[0].status != status {
            tokio::task::yield_now().await;
        }
    }
    for received in 1..=3 {
        fixture.receiver.wait_for(received).await;
        fixture.clock.advance(delay);
    }
    assert_eq!(fixture.receiver.callback_statuses(), ["delivered", "sent", "sending"]);
}

#[tokio::test]
async fn one_message_can_be_posted_many_times_concurrently() {
    let fixture = SimulatorFixture::new().await;
    fixture.twilio.script().on_inbound(FaultRule::next(InboundFault::Copies { count: 64 }));
    fixture.twilio.type_text(CUSTOMER, NUMBER, "hello").unwrap();
    fixture.twilio.wait_until_idle().await;
    assert_eq!(fixture.receiver.webhooks().len(), 64);
    assert_eq!(fixture.twilio.messages().unwrap().len(), 1);
}
