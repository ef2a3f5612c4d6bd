//! The sweep: expired leases, lost stream records and interrupted runs.

use serde_json::json;
use twilio_simulator::{CallbackFault, CreateFault, FaultRule};

use super::fault_injector::InjectedFault;
use super::fixture::{ANNA, BORIS, ReliabilityFixture, minutes, put_item, seconds};

#[tokio::test]
async fn a_send_whose_stream_record_was_lost_is_requeued_after_a_minute() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    faults.inject_next("dispatch", InjectedFault::RefuseConnection);
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Hello").await;
    fixture.wait_until_idle().await;
    assert_eq!(fixture.sweep().await["requeued"], 0, "it is not due");
    assert_eq!(fixture.count_creates("Hello"), 0);
    fixture.advance_and_sweep(seconds(61)).await;
    assert_eq!(fixture.display_status(&anna, &id).await, "delivered");
    assert_eq!(fixture.count_creates("Hello"), 1);
    fixture.stop().await;
}

#[tokio::test]
async fn a_run_stopped_before_its_call_marks_the_send_unknown_and_the_queue_continues() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    faults.inject_next("twilio.create", InjectedFault::Hang);
    let anna = fixture.start_conversation(ANNA).await;
    let first = fixture.send(&anna, "one").await;
    let second = fixture.send(&anna, "two").await;
    faults.wait_until_triggered().await;
    fixture.system.advance(seconds(60));
    fixture.wait_until_idle().await;
    assert_eq!(fixture.count_creates("two"), 0, "the lease still holds");
    fixture.advance_and_sweep(seconds(31)).await;
    assert_eq!(fixture.display_status(&anna, &first).await, "unknown");
    assert_eq!(fixture.display_status(&anna, &second).await, "delivered");
    for pause in [seconds(61), minutes(4) + seconds(1), minutes(10) + seconds(1)] {
        fixture.advance_and_sweep(pause).await;
    }
    assert_eq!(fixture.display_status(&anna, &first).await, "unconfirmed");
    assert_eq!(fixture.count_creates("one"), 0);
    fixture.stop().await;
}

#[tokio::test]
async fn a_queue_continues_in_the_sweep_that_finds_its_first_lease_expired() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    faults.inject_next("twilio.create", InjectedFault::Hang);
    let anna = fixture.start_conversation(ANNA).await;
    fixture.send(&anna, "one").await;
    faults.wait_until_triggered().await;
    fixture.system.advance(seconds(60));
    fixture.wait_until_idle().await;
    fixture.system.advance(seconds(20));
    let second = fixture.send(&anna, "two").await;
    fixture.wait_until_idle().await;
    fixture.advance_and_sweep(seconds(11)).await;
    assert_eq!(fixture.display_status(&anna, &second).await, "delivered");
    fixture.stop().await;
}

#[tokio::test]
async fn a_run_stopped_after_twilios_response_sends_nothing_twice() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    let script = fixture.twilio().script();
    script.on_callback(FaultRule::next(CallbackFault::Dropped).times(3));
    let anna = fixture.start_conversation(ANNA).await;
    faults.inject_after("table.transact", 1, 1, InjectedFault::Hang);
    let first = fixture.send(&anna, "one").await;
    faults.wait_until_triggered().await;
    assert_eq!(fixture.count_creates("one"), 1);
    let second = fixture.send(&anna, "two").await;
    fixture.system.advance(seconds(60));
    fixture.wait_until_idle().await;
    fixture.advance_and_sweep(seconds(31)).await;
    assert_eq!(fixture.display_status(&anna, &first).await, "unknown");
    fixture.advance_and_sweep(seconds(61)).await;
    assert_eq!(fixture.get_message(&anna, &first).await["send_result"]["kind"], "accepted");
    assert_eq!(fixture.display_status(&anna, &second).await, "delivered");
    assert_eq!(fixture.received_by(ANNA), ["one", "two"]);
    assert_eq!((fixture.count_creates("one"), fixture.count_creates("two")), (1, 1));
    fixture.stop().await;
}

#[tokio::test]
async fn a_look_up_with_an_expired_lease_is_repeated() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    let script = fixture.twilio().script();
    script.on_callback(FaultRule::next(CallbackFault::Dropped).times(3));
    script.on_create(FaultRule::next(CreateFault::DropResponse));
    faults.inject_next("twilio.list", InjectedFault::Hang);
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Hello").await;
    fixture.wait_until_idle().await;
    fixture.system.advance(seconds(61));
    fixture.inner().run_schedule("sweep").await.unwrap();
    faults.wait_until_triggered().await;
    fixture.system.advance(seconds(60));
    fixture.wait_until_idle().await;
    assert_eq!(fixture.display_status(&anna, &id).await, "unknown");
    fixture.advance_and_sweep(seconds(31)).await;
    assert_eq!(fixture.get_message(&anna, &id).await["send_result"]["kind"], "accepted");
    assert_eq!(fixture.count_creates("Hello"), 1);
    fixture.stop().await;
}

#[tokio::test]
async fn a_run_near_its_deadline_claims_nothing_and_requeues_the_queue() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    let anna = fixture.start_conversation(ANNA).await;
    let texts = ["one", "two", "three"].map(str::to_owned);
    fixture.send_without_dispatch(&faults, &anna, &texts).await;
    // The first call takes so long that the run stops before the second one.
    faults.inject_next("twilio.create", InjectedFault::PassAfter(seconds(45)));
    fixture.advance_and_sweep(seconds(61)).await;
    assert_eq!(fixture.received_by(ANNA), ["one", "two", "three"]);
    for message in fixture.list_messages(&anna).await {
        assert_eq!(message["status"], "delivered", "{message}");
        assert_eq!(fixture.count_creates(message["body"].as_str().unwrap()), 1);
    }
    fixture.stop().await;
}

#[tokio::test]
async fn an_invalid_outbox_entry_does_not_stop_the_sweep() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    faults.inject_after("dispatch", 0, 2, InjectedFault::RefuseConnection);
    let (anna, boris) =
        (fixture.start_conversation(ANNA).await, fixture.start_conversation(BORIS).await);
    for id in [&anna, &boris] {
        fixture.send(id, "Hello").await;
    }
    // In a conversation that the sweep processes before all others.
    let conversation_id = "a".repeat(26);
    let invalid_entry = json!({
        "pk": { "S": format!("CONV#{conversation_id}") }, "sk": { "S": "QUEUE#00000000000000000000000000" },
        "outbox_state": { "S": "deferred" }, "list_pk": { "S": "DUE" },
        "list_sk": { "S": format!("0000000000001#{conversation_id}#00000000000000000000000000") },
    });
    put_item(&fixture, invalid_entry).await;
    fixture.wait_until_idle().await;
    fixture.advance_and_sweep(seconds(61)).await;
    for id in [&anna, &boris] {
        assert_eq!(fixture.list_messages(id).await[0]["status"], "delivered");
    }
    fixture.stop().await;
}

#[tokio::test]
async fn a_refused_connection_is_retried_for_five_seconds_and_then_deferred() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    faults.inject_after("twilio.create", 0, 2, InjectedFault::RefuseAfter(seconds(3)));
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Hello").await;
    fixture.wait_until_idle().await;
    let deferred = fixture.get_message(&anna, &id).await;
    assert_eq!(
        (&deferred["status"], &deferred["outbox"]["state"]),
        (&json!("queued"), &json!("deferred"))
    );
    fixture.advance_and_sweep(seconds(31)).await;
    assert_eq!(fixture.display_status(&anna, &id).await, "delivered");
    fixture.stop().await;
}
