//! Messages of a conversation are sent in order.

use twilio_simulator::{CreateFault, FaultRule};

use super::fault_injector::InjectedFault;
use super::fixture::{ANNA, BORIS, ReliabilityFixture, minutes, seconds};

#[tokio::test]
async fn ten_messages_arrive_in_order_when_the_third_is_deferred() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    let busy_fault = CreateFault::Respond { status: 429 };
    fixture.twilio().script().on_create(FaultRule::next(busy_fault).body("m3").lasting(minutes(2)));
    let (anna, boris) =
        (fixture.start_conversation(ANNA).await, fixture.start_conversation(BORIS).await);
    let texts: Vec<String> = (1..=10).map(|number| format!("m{number}.")).collect();
    fixture.send_without_dispatch(&faults, &anna, &texts).await;
    // From the third call on, calls take six seconds, so that `dispatch` does not retry within the run.
    faults.inject_after("twilio.create", 2, 8, InjectedFault::PassAfter(seconds(6)));
    fixture.advance_and_sweep(seconds(61)).await;
    assert_eq!(fixture.received_by(ANNA), ["m1.", "m2."]);
    fixture.send(&boris, "No need to wait for Anna").await;
    fixture.wait_until_idle().await;
    assert_eq!(fixture.received_by(BORIS), ["No need to wait for Anna"]);
    for pause in [31, 61, 121] {
        assert_eq!(fixture.received_by(ANNA), ["m1.", "m2."]);
        fixture.advance_and_sweep(seconds(pause)).await;
    }
    assert_eq!(fixture.received_by(ANNA), texts);
    assert_eq!(fixture.bodies(&anna).await, texts);
    fixture.stop().await;
}

#[tokio::test]
async fn queued_messages_are_sent_in_order_after_a_connection_failure() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    let anna = fixture.start_conversation(ANNA).await;
    let texts = ["one", "two", "three"].map(str::to_owned);
    fixture.send_without_dispatch(&faults, &anna, &texts).await;
    faults.inject_next("twilio.create", InjectedFault::RefuseAfter(seconds(6)));
    fixture.advance_and_sweep(seconds(61)).await;
    assert_eq!(fixture.received_by(ANNA), [""; 0]);
    fixture.advance_and_sweep(seconds(31)).await;
    assert_eq!(fixture.received_by(ANNA), texts);
    fixture.stop().await;
}
