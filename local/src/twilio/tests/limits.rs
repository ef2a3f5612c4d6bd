use std::time::Duration;

use super::*;
use crate::twilio::{CreateFault, Limits, Rule, Status};

impl Bench {
    fn limit(&self, limits: Limits) {
        self.twilio.script().set_limits(limits);
    }

    /// The statuses of all messages, the oldest first, once the first of them are `delivered`.
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
async fn a_sender_sends_one_after_the_other_and_what_waits_is_queued() {
    let bench = Bench::new().await;
    bench.limit(Limits { interval: Duration::from_mins(1), ..Limits::default() });
    for body in ["one", "two", "three"] {
        assert_eq!(bench.send(body).await["status"], "queued");
    }
    assert_eq!(bench.statuses(1).await, [Status::Delivered, Status::Queued, Status::Queued]);
    bench.clock.advance(Duration::from_secs(61));
    assert_eq!(bench.statuses(2).await, [Status::Delivered, Status::Delivered, Status::Queued]);
    let other = [("To", CUSTOMER), ("From", "+15005550006"), ("Body", "from another")];
    assert_eq!(bench.create(&other).await.status(), StatusCode::CREATED);
    let [.., third, fourth] = bench.statuses(3).await[..] else { panic!("four messages") };
    assert_eq!((third, fourth), (Status::Queued, Status::Delivered));
    bench.clock.advance(Duration::from_mins(1));
    bench.statuses(4).await;
}

#[tokio::test]
async fn a_queue_of_four_hours_takes_no_more_until_one_has_left_it() {
    let bench = Bench::new().await;
    bench.limit(Limits { interval: Duration::from_hours(1), ..Limits::default() });
    for _ in 0..5 {
        bench.send("one of five").await;
    }
    let sixth = [("To", CUSTOMER), ("From", NUMBER), ("Body", "the sixth")];
    assert_eq!(refusal(bench.create(&sixth).await).await, (400, 21611));
    bench.clock.advance(Duration::from_mins(61));
    assert_eq!(bench.create(&sixth).await.status(), StatusCode::CREATED);
    assert_eq!(refusal(bench.create(&sixth).await).await, (400, 21611));
}

#[tokio::test]
async fn more_calls_at_once_than_the_account_may_are_answered_429_and_not_carried_out() {
    let bench = Bench::new().await;
    bench.limit(Limits { concurrent: 1, ..Limits::default() });
    let first = CreateFault::Slow { by: Duration::from_hours(1) };
    bench.twilio.script().on_create(Rule::next(first).body("slow"));
    let slow = [("To", CUSTOMER), ("From", NUMBER), ("Body", "slow")];
    let meanwhile = async {
        let fields = [("To", CUSTOMER), ("From", NUMBER), ("Body", "too many")];
        loop {
            let answer = bench.create(&fields).await;
            if answer.status() != StatusCode::CREATED {
                assert_eq!(answer.headers()["twilio-concurrent-requests"], "2");
                assert_eq!(refusal(answer).await, (429, 20429));
                break;
            }
        }
        let stored = bench.twilio.messages().unwrap().len();
        assert_eq!(bench.create(&fields).await.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(bench.twilio.messages().unwrap().len(), stored);
        bench.clock.advance(Duration::from_hours(2));
    };
    let (answer, ()) = tokio::join!(bench.create(&slow), meanwhile);
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(answer.headers()["twilio-concurrent-requests"], "1");
    assert_eq!(bench.create(&slow).await.status(), StatusCode::CREATED);
}
