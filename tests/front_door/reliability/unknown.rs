//! Sends with an unknown outcome: they are never repeated automatically, but looked up.

use serde_json::{Value, json};
use twilio_simulator::{CallbackFault, CreateFault, FaultRule, Script};

use super::fault_injector::InjectedFault;
use super::fixture::{ANNA, ReliabilityFixture, minutes, numbered_sid, seconds, wait_until};
use crate::support::{self, table};

/// The delays before the second and the third look-up.
const LOOK_UP_PAUSES_MINUTES: [u64; 2] = [4, 10];

/// Drops all status callbacks.
fn drop_callbacks(script: &Script) {
    script.on_callback(FaultRule::next(CallbackFault::Dropped).times(u32::MAX));
}

fn message_sid(message: &Value) -> String {
    message["sid"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_send_whose_response_was_lost_is_found_in_twilios_list_and_not_repeated() {
    let fixture = ReliabilityFixture::start().await;
    let script = fixture.twilio().script();
    drop_callbacks(script);
    script.on_create(FaultRule::next(CreateFault::DropResponse));
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Your table is ready").await;
    fixture.wait_until_idle().await;
    assert_eq!(fixture.display_status(&anna, &id).await, "unknown");
    fixture.advance_and_sweep(seconds(61)).await;
    let completed = fixture.get_message(&anna, &id).await;
    assert_eq!(completed["send_result"]["kind"], "accepted");
    assert_eq!(completed["outbox"], Value::Null);
    assert_eq!(message_sid(&completed), fixture.twilio().messages().unwrap()[0].sid);
    fixture.advance_and_sweep(minutes(20)).await;
    assert_eq!(fixture.count_creates("Your table is ready"), 1);
    assert_eq!(fixture.received_by(ANNA), ["Your table is ready"]);
    fixture.stop().await;
}

#[tokio::test]
async fn a_send_that_twilio_accepted_without_a_response_is_found() {
    let fixture = ReliabilityFixture::start().await;
    drop_callbacks(fixture.twilio().script());
    fixture.twilio().script().on_create(FaultRule::next(CreateFault::Stall));
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Hello?").await;
    wait_until(|| fixture.count_creates("Hello?") == 1).await;
    fixture.system.advance(seconds(11));
    fixture.wait_until_idle().await;
    assert_eq!(fixture.display_status(&anna, &id).await, "unknown");
    fixture.advance_and_sweep(seconds(61)).await;
    assert_eq!(fixture.get_message(&anna, &id).await["send_result"]["kind"], "accepted");
    assert_eq!(fixture.count_creates("Hello?"), 1);
    fixture.stop().await;
}

#[tokio::test]
async fn a_send_that_twilio_never_accepted_is_unconfirmed_after_15_minutes_and_retryable() {
    for fault in [CreateFault::Cut, CreateFault::Respond { status: 500 }] {
        let fixture = ReliabilityFixture::start().await;
        fixture.twilio().script().on_create(FaultRule::next(fault));
        let anna = fixture.start_conversation(ANNA).await;
        let id = fixture.send(&anna, "Are you there?").await;
        fixture.wait_until_idle().await;
        fixture.advance_and_sweep(seconds(61)).await;
        assert_eq!(fixture.display_status(&anna, &id).await, "unknown");
        fixture.advance_and_sweep(minutes(4) + seconds(1)).await;
        assert_eq!(fixture.display_status(&anna, &id).await, "unknown");
        fixture.advance_and_sweep(minutes(10) + seconds(1)).await;
        assert_eq!(fixture.display_status(&anna, &id).await, "unconfirmed");
        assert_eq!(fixture.count_creates("Are you there?"), 1);

        let path = format!("/api/conversations/{anna}/messages/{id}/retry");
        let (status, retried) = fixture.post(&path, json!({ "idempotency_key": "again-00" })).await;
        assert_eq!(status, 202, "{retried}");
        fixture.wait_until_idle().await;
        assert_eq!(fixture.received_by(ANNA), ["Are you there?"]);
        fixture.stop().await;
    }
}

#[tokio::test]
async fn a_failed_list_request_is_repeated_and_not_taken_as_not_found() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    drop_callbacks(fixture.twilio().script());
    fixture.twilio().script().on_create(FaultRule::next(CreateFault::DropResponse));
    faults.inject_after("twilio.list", 0, 3, InjectedFault::RefuseConnection);
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "On my way").await;
    fixture.wait_until_idle().await;
    fixture.advance_and_sweep(seconds(61)).await;
    for _ in 0..3 {
        assert_eq!(fixture.display_status(&anna, &id).await, "unknown");
        fixture.advance_and_sweep(minutes(5) + seconds(1)).await;
    }
    assert_eq!(fixture.get_message(&anna, &id).await["send_result"]["kind"], "accepted");
    assert_eq!(fixture.count_creates("On my way"), 1);
    fixture.stop().await;
}

#[tokio::test]
async fn a_list_that_fails_for_a_day_leaves_the_send_unconfirmed() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    drop_callbacks(fixture.twilio().script());
    fixture.twilio().script().on_create(FaultRule::next(CreateFault::DropResponse));
    faults.inject_after("twilio.list", 0, u32::MAX, InjectedFault::RefuseConnection);
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "On my way").await;
    fixture.wait_until_idle().await;
    fixture.advance_and_sweep(seconds(61)).await;
    fixture.advance_and_sweep(minutes(60)).await;
    assert_eq!(fixture.display_status(&anna, &id).await, "unknown");
    fixture.advance_and_sweep(minutes(24 * 60)).await;
    assert_eq!(fixture.display_status(&anna, &id).await, "unconfirmed");
    fixture.stop().await;
}

#[tokio::test]
async fn a_callback_with_the_sid_completes_an_unknown_send_without_a_look_up() {
    let (fixture, faults) = ReliabilityFixture::start_with_faults().await;
    fixture.twilio().script().on_create(FaultRule::next(CreateFault::DropResponse));
    faults.inject_after("twilio.list", 0, u32::MAX, InjectedFault::RefuseConnection);
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "See you at eight").await;
    fixture.wait_until_idle().await;
    assert_eq!(fixture.display_status(&anna, &id).await, "delivered");
    fixture.advance_and_sweep(seconds(61)).await;
    let completed = fixture.get_message(&anna, &id).await;
    assert_eq!(
        (&completed["send_result"]["kind"], &completed["outbox"]),
        (&json!("accepted"), &Value::Null)
    );
    assert_eq!(fixture.count_creates("See you at eight"), 1);
    fixture.stop().await;
}

#[tokio::test]
async fn a_status_that_arrives_after_unconfirmed_replaces_it() {
    let fixture = ReliabilityFixture::start().await;
    fixture.twilio().script().on_create(FaultRule::next(CreateFault::Cut));
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Late but here").await;
    fixture.wait_until_idle().await;
    fixture.advance_and_sweep(seconds(61)).await;
    for pause in LOOK_UP_PAUSES_MINUTES {
        fixture.advance_and_sweep(minutes(pause) + seconds(1)).await;
    }
    assert_eq!(fixture.display_status(&anna, &id).await, "unconfirmed");
    let path = format!("/twilio/deliveries/{anna}/{id}");
    assert_eq!(
        fixture.post_webhook(&path, &fixture.callback_form(&numbered_sid(1), "delivered")).await,
        204
    );
    assert_eq!(fixture.display_status(&anna, &id).await, "delivered");
    fixture.stop().await;
}

#[tokio::test]
async fn unknown_sends_of_the_same_text_are_paired_oldest_first() {
    let fixture = ReliabilityFixture::start().await;
    drop_callbacks(fixture.twilio().script());
    fixture.twilio().script().on_create(FaultRule::next(CreateFault::DropResponse).times(2));
    let anna = fixture.start_conversation(ANNA).await;
    let first = fixture.send(&anna, "Yes").await;
    let second = fixture.send(&anna, "Yes").await;
    fixture.wait_until_idle().await;
    fixture.advance_and_sweep(seconds(61)).await;
    let twilio_sids: Vec<_> =
        fixture.twilio().messages().unwrap().into_iter().map(|message| message.sid).collect();
    assert_eq!(twilio_sids.len(), 2);
    assert_eq!(message_sid(&fixture.get_message(&anna, &first).await), twilio_sids[0]);
    assert_eq!(message_sid(&fixture.get_message(&anna, &second).await), twilio_sids[1]);
    fixture.stop().await;
}

#[tokio::test]
async fn an_unaccepted_send_does_not_hide_a_later_accepted_send_of_the_same_text() {
    let fixture = ReliabilityFixture::start().await;
    drop_callbacks(fixture.twilio().script());
    fixture.twilio().script().on_create(FaultRule::next(CreateFault::Cut));
    let anna = fixture.start_conversation(ANNA).await;
    let unaccepted = fixture.send(&anna, "Yes").await;
    fixture.wait_until_idle().await;
    fixture.advance_and_sweep(seconds(61)).await;
    fixture.advance_and_sweep(minutes(4) + seconds(1)).await;
    fixture.twilio().script().on_create(FaultRule::next(CreateFault::DropResponse));
    let accepted = fixture.send(&anna, "Yes").await;
    fixture.wait_until_idle().await;
    fixture.advance_and_sweep(seconds(61)).await;
    assert_eq!(fixture.get_message(&anna, &accepted).await["send_result"]["kind"], "accepted");
    fixture.advance_and_sweep(minutes(10)).await;
    assert_eq!(fixture.display_status(&anna, &unaccepted).await, "unconfirmed");
    fixture.stop().await;
}

#[tokio::test]
async fn a_look_up_does_not_claim_the_message_of_a_concurrent_send_of_the_same_text() {
    let fixture = ReliabilityFixture::start().await;
    let script = fixture.twilio().script();
    drop_callbacks(script);
    script.on_create(FaultRule::next(CreateFault::Cut));
    let anna = fixture.start_conversation(ANNA).await;
    let unaccepted = fixture.send(&anna, "Yes").await;
    fixture.wait_until_idle().await;
    fixture.system.advance(seconds(58));
    script.on_create(FaultRule::next(CreateFault::LateResponse { by: seconds(8) }));
    let accepted = fixture.send(&anna, "Yes").await;
    wait_until(|| fixture.count_creates("Yes") == 2).await;
    fixture.system.advance(seconds(4));
    fixture.inner().run_schedule("sweep").await.unwrap();
    // In either order of the records, the look-up runs while the second send is in progress.
    let job = get_job_row(&fixture).await.unwrap();
    let keys = json!({ "pk": job["pk"], "sk": job["sk"] });
    let record = json!({
        "eventName": "MODIFY",
        "dynamodb": { "Keys": keys, "NewImage": job, "SequenceNumber": "1" },
    });
    let event = json!({ "Records": [record] });
    fixture.inner().functions().invoke("dispatch", event).await.unwrap();
    support::wait_for("the look-up to be over", || async {
        let job = get_job_row(&fixture).await?;
        (job["attempts"]["N"] == "1" && job["outbox_state"]["S"] == "deferred").then_some(())
    })
    .await;
    fixture.system.advance(seconds(5));
    fixture.wait_until_idle().await;
    let sent = fixture.get_message(&anna, &accepted).await;
    assert_eq!(sent["send_result"]["kind"], "accepted");
    assert_eq!(message_sid(&sent), fixture.twilio().messages().unwrap()[0].sid);
    for pause in LOOK_UP_PAUSES_MINUTES {
        assert_eq!(fixture.display_status(&anna, &unaccepted).await, "unknown");
        fixture.advance_and_sweep(minutes(pause) + seconds(1)).await;
    }
    assert_eq!(fixture.display_status(&anna, &unaccepted).await, "unconfirmed");
    assert_eq!(message_sid(&fixture.get_message(&anna, &unaccepted).await), "");
    fixture.stop().await;
}

/// Returns the row of the look-up job.
async fn get_job_row(fixture: &ReliabilityFixture) -> Option<Value> {
    let rows = table::rows(&fixture.system, table::TABLE).await;
    rows.into_iter().find(|((_, sk), _)| sk.starts_with("JOB#")).map(|(_, item)| item)
}
