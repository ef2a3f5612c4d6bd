//! What the clock finds: leases that are over, records that never came, runs that were cut off.

use local::twilio::{CallbackFault, CreateFault, Rule};
use serde_json::json;

use super::nemesis::Blow;
use super::stage::{ANNA, BORIS, Stage, minutes, put, seconds};

#[tokio::test]
async fn a_send_whose_record_never_came_is_woken_after_a_minute() {
    let (stage, points) = Stage::with_points().await;
    points.next("dispatch", Blow::Refuse);
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Hello").await;
    stage.settle().await;
    assert_eq!(stage.sweep().await["woken"], 0, "it is not due");
    assert_eq!(stage.creates("Hello"), 0);
    stage.pass(seconds(61)).await;
    assert_eq!(stage.label(&anna, &id).await, "delivered");
    assert_eq!(stage.creates("Hello"), 1);
    stage.close().await;
}

#[tokio::test]
async fn a_run_cut_off_before_its_call_leaves_a_send_unknown_and_lets_the_lane_go_on() {
    let (stage, points) = Stage::with_points().await;
    points.next("twilio.create", Blow::Hang);
    let anna = stage.conversation(ANNA).await;
    let first = stage.send(&anna, "one").await;
    let second = stage.send(&anna, "two").await;
    points.struck().await;
    stage.desk.pass(seconds(60));
    stage.settle().await;
    assert_eq!(stage.creates("two"), 0, "the lease still holds");
    stage.pass(seconds(31)).await;
    assert_eq!(stage.label(&anna, &first).await, "unknown");
    assert_eq!(stage.label(&anna, &second).await, "delivered");
    for pause in [seconds(61), minutes(4) + seconds(1), minutes(10) + seconds(1)] {
        stage.pass(pause).await;
    }
    assert_eq!(stage.label(&anna, &first).await, "unconfirmed");
    assert_eq!(stage.creates("one"), 0);
    stage.close().await;
}

#[tokio::test]
async fn a_lane_goes_on_in_the_sweep_that_finds_its_head_s_lease_over() {
    let (stage, points) = Stage::with_points().await;
    points.next("twilio.create", Blow::Hang);
    let anna = stage.conversation(ANNA).await;
    stage.send(&anna, "one").await;
    points.struck().await;
    stage.desk.pass(seconds(60));
    stage.settle().await;
    stage.desk.pass(seconds(20));
    let second = stage.send(&anna, "two").await;
    stage.settle().await;
    stage.pass(seconds(11)).await;
    assert_eq!(stage.label(&anna, &second).await, "delivered");
    stage.close().await;
}

#[tokio::test]
async fn a_run_cut_off_between_twilio_s_answer_and_its_own_note_sends_nothing_twice() {
    let (stage, points) = Stage::with_points().await;
    let script = stage.twilio().script();
    script.on_callback(Rule::next(CallbackFault::Dropped).times(3));
    let anna = stage.conversation(ANNA).await;
    points.after("table.transact", 1, 1, Blow::Hang);
    let first = stage.send(&anna, "one").await;
    points.struck().await;
    assert_eq!(stage.creates("one"), 1);
    let second = stage.send(&anna, "two").await;
    stage.desk.pass(seconds(60));
    stage.settle().await;
    stage.pass(seconds(31)).await;
    assert_eq!(stage.label(&anna, &first).await, "unknown");
    stage.pass(seconds(61)).await;
    assert_eq!(stage.message(&anna, &first).await["outcome"]["kind"], "sent");
    assert_eq!(stage.label(&anna, &second).await, "delivered");
    assert_eq!(stage.phone(ANNA), ["one", "two"]);
    assert_eq!((stage.creates("one"), stage.creates("two")), (1, 1));
    stage.close().await;
}

#[tokio::test]
async fn a_look_up_whose_lease_is_over_is_made_again() {
    let (stage, points) = Stage::with_points().await;
    let script = stage.twilio().script();
    script.on_callback(Rule::next(CallbackFault::Dropped).times(3));
    script.on_create(Rule::next(CreateFault::LoseAnswer));
    points.next("twilio.list", Blow::Hang);
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Hello").await;
    stage.settle().await;
    stage.desk.pass(seconds(61));
    stage.system().run_schedule("sweep").await.unwrap();
    points.struck().await;
    stage.desk.pass(seconds(60));
    stage.settle().await;
    assert_eq!(stage.label(&anna, &id).await, "unknown");
    stage.pass(seconds(31)).await;
    assert_eq!(stage.message(&anna, &id).await["outcome"]["kind"], "sent");
    assert_eq!(stage.creates("Hello"), 1);
    stage.close().await;
}

#[tokio::test]
async fn a_run_near_its_end_claims_nothing_more_and_hands_the_lane_on() {
    let (stage, points) = Stage::with_points().await;
    let anna = stage.conversation(ANNA).await;
    let texts = ["one", "two", "three"].map(str::to_owned);
    stage.send_unheard(&points, &anna, &texts).await;
    // The first call takes so long that the run ends before its second.
    points.next("twilio.create", Blow::PassAfter(seconds(45)));
    stage.pass(seconds(61)).await;
    assert_eq!(stage.phone(ANNA), ["one", "two", "three"]);
    for message in stage.thread(&anna).await {
        assert_eq!(message["status"], "delivered", "{message}");
        assert_eq!(stage.creates(message["body"].as_str().unwrap()), 1);
    }
    stage.close().await;
}

#[tokio::test]
async fn an_intent_that_cannot_be_read_does_not_keep_the_sweep_from_the_others() {
    let (stage, points) = Stage::with_points().await;
    points.after("dispatch", 0, 2, Blow::Refuse);
    let (anna, boris) = (stage.conversation(ANNA).await, stage.conversation(BORIS).await);
    for id in [&anna, &boris] {
        stage.send(id, "Hello").await;
    }
    // In a conversation that the sweep meets before all others.
    let first = "a".repeat(26);
    let poison = json!({
        "pk": { "S": format!("CONV#{first}") }, "sk": { "S": "DO#00000000000000000000000000" },
        "intent": { "S": "later" }, "list_pk": { "S": "DUE" },
        "list_sk": { "S": format!("0000000000001#{first}#00000000000000000000000000") },
    });
    put(&stage, poison).await;
    stage.settle().await;
    stage.pass(seconds(61)).await;
    for id in [&anna, &boris] {
        assert_eq!(stage.thread(id).await[0]["status"], "delivered");
    }
    stage.close().await;
}

#[tokio::test]
async fn a_refused_connection_is_tried_in_place_for_five_seconds_and_then_put_off() {
    let (stage, points) = Stage::with_points().await;
    points.after("twilio.create", 0, 2, Blow::RefuseAfter(seconds(3)));
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Hello").await;
    stage.settle().await;
    let waiting = stage.message(&anna, &id).await;
    assert_eq!(
        (&waiting["status"], &waiting["intent"]["state"]),
        (&json!("queued"), &json!("later"))
    );
    stage.pass(seconds(31)).await;
    assert_eq!(stage.label(&anna, &id).await, "delivered");
    stage.close().await;
}
