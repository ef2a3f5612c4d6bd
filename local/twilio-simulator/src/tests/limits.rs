use std::time::Duration;

use super::*;
use crate::{CreateFault, FaultRule, Limits, Status};

impl SimulatorFixture {
    fn set_limits(&self, limits: Limits) {
        self.twilio.script().set_limits(limits);
    }

    /// Returns the statuses of all messages, oldest first, once `delivered` of them are delivered.
    async fn statuses(&self, delivered: usize) -> Vec<Status> {
        loop {
            let messages = self.twilio.messages().unwrap();
            let statuses: Vec<_> = messages.iter().map(|message| message.status).collect();
            if statuses.iter().filter(|status| **status == Status::Delivered).count() >= delivered {
                return statuses;
            }
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_sender_sends_sequentially_and_waiting_messages_are_queued() {
    let fixture = SimulatorFixture::new().await;
    fixture.set_limits(Limits { interval: Duration::from_mins(1), ..Limits::default() });
    for body in ["one", "two", "three"] {
        assert_eq!(fixture.send(body).await["status"], "queued");
    }
    assert_eq!(fixture.statuses(1).await, [Status::Delivered, Status::Queued, Status::Queued]);
    fixture.clock.advance(Duration::from_secs(61));
    assert_eq!(fixture.statuses(2).await, [Status::Delivered, Status::Delivered, Status::Queued]);
    let other_sender = [("To", CUSTOMER), ("From", "+15005550006"), ("Body", "from another")];
    assert_eq!(fixture.create(&other_sender).await.status(), StatusCode::CREATED);
    let [.., third, fourth] = fixture.statuses(3).await[..] else { panic!("four messages") };
    assert_eq!((third, fourth), (Status::Queued, Status::Delivered));
    fixture.clock.advance(Duration::from_mins(1));
    fixture.statuses(4).await;
}

#[tokio::test]
async fn a_full_queue_rejects_messages_until_one_is_sent() {
    let fixture = SimulatorFixture::new().await;
    fixture.set_limits(Limits { interval: Duration::from_hours(1), ..Limits::default() });
    for _ in 0..5 {
        fixture.send("one of five").await;
    }
    let sixth = [("To", CUSTOMER), ("From", NUMBER), ("Body", "the sixth")];
    assert_eq!(error_codes(fixture.create(&sixth).await).await, (400, 21611));
    fixture.clock.advance(Duration::from_mins(61));
    assert_eq!(fixture.create(&sixth).await.status(), StatusCode::CREATED);
    assert_eq!(error_codes(fixture.create(&sixth).await).await, (400, 21611));
}

#[tokio::test]
async fn calls_above_the_concurrency_limit_get_429_and_have_no_effect() {
    let fixture = SimulatorFixture::new().await;
    fixture.set_limits(Limits { concurrent: 1, ..Limits::default() });
    let first = CreateFault::Slow { by: Duration::from_hours(1) };
    fixture.twilio.script().on_create(FaultRule::next(first).body("slow"));
    let slow = [("To", CUSTOMER), ("From", NUMBER), ("Body", "slow")];
    let probes = async {
        let fields = [("To", CUSTOMER), ("From", NUMBER), ("Body", "too many")];
        loop {
            let response = fixture.create(&fields).await;
            if response.status() != StatusCode::CREATED {
                assert_eq!(response.headers()["twilio-concurrent-requests"], "2");
                assert_eq!(error_codes(response).await, (429, 20429));
                break;
            }
        }
        let stored = fixture.twilio.messages().unwrap().len();
        assert_eq!(fixture.create(&fields).await.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(fixture.twilio.messages().unwrap().len(), stored);
        fixture.clock.advance(Duration::from_hours(2));
    };
    let (response, ()) = tokio::join!(fixture.create(&slow), probes);
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(response.headers()["twilio-concurrent-requests"], "1");
    assert_eq!(fixture.create(&slow).await.status(), StatusCode::CREATED);
}
