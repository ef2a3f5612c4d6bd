//! Sends of which nobody knows whether Twilio took them: never made again, looked for, and told as what they are.

use local::twilio::{CallbackFault, CreateFault, Rule, Script};
use serde_json::{Value, json};

use super::nemesis::Blow;
use super::stage::{ANNA, Stage, minutes, seconds, sid, until};
use crate::desk::{self, table};

/// Until the second look-up after the first, and the third after the second.
const PAUSES: [u64; 2] = [4, 10];

/// No callback comes.
fn silent(script: &Script) {
    script.on_callback(Rule::next(CallbackFault::Dropped).times(u32::MAX));
}

fn sid_of(message: &Value) -> String {
    message["sid"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_send_whose_answer_was_lost_is_found_in_twilio_s_list_and_not_made_again() {
    let stage = Stage::open().await;
    let script = stage.twilio().script();
    silent(script);
    script.on_create(Rule::next(CreateFault::LoseAnswer));
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Your table is ready").await;
    stage.settle().await;
    assert_eq!(stage.label(&anna, &id).await, "unknown");
    stage.pass(seconds(61)).await;
    let found = stage.message(&anna, &id).await;
    assert_eq!(found["outcome"]["kind"], "sent");
    assert_eq!(found["intent"], Value::Null);
    assert_eq!(sid_of(&found), stage.twilio().messages().unwrap()[0].sid);
    stage.pass(minutes(20)).await;
    assert_eq!(stage.creates("Your table is ready"), 1);
    assert_eq!(stage.phone(ANNA), ["Your table is ready"]);
    stage.close().await;
}

#[tokio::test]
async fn a_send_that_twilio_took_and_never_answered_is_found_as_well() {
    let stage = Stage::open().await;
    silent(stage.twilio().script());
    stage.twilio().script().on_create(Rule::next(CreateFault::Stall));
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Hello?").await;
    until(|| stage.creates("Hello?") == 1).await;
    stage.desk.pass(seconds(11));
    stage.settle().await;
    assert_eq!(stage.label(&anna, &id).await, "unknown");
    stage.pass(seconds(61)).await;
    assert_eq!(stage.message(&anna, &id).await["outcome"]["kind"], "sent");
    assert_eq!(stage.creates("Hello?"), 1);
    stage.close().await;
}

#[tokio::test]
async fn a_send_that_twilio_never_took_is_unconfirmed_after_fifteen_minutes_and_can_be_sent_again()
{
    for fault in [CreateFault::Cut, CreateFault::Answer { status: 500 }] {
        let stage = Stage::open().await;
        stage.twilio().script().on_create(Rule::next(fault));
        let anna = stage.conversation(ANNA).await;
        let id = stage.send(&anna, "Are you there?").await;
        stage.settle().await;
        stage.pass(seconds(61)).await;
        assert_eq!(stage.label(&anna, &id).await, "unknown");
        stage.pass(minutes(4) + seconds(1)).await;
        assert_eq!(stage.label(&anna, &id).await, "unknown");
        stage.pass(minutes(10) + seconds(1)).await;
        assert_eq!(stage.label(&anna, &id).await, "unconfirmed");
        assert_eq!(stage.creates("Are you there?"), 1);

        let path = format!("/api/conversations/{anna}/messages/{id}/retry");
        let (status, again) = stage.post(&path, json!({ "idempotency_key": "again-00" })).await;
        assert_eq!(status, 202, "{again}");
        stage.settle().await;
        assert_eq!(stage.phone(ANNA), ["Are you there?"]);
        stage.close().await;
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_says_nothing_and_is_asked_for_again() {
    let (stage, points) = Stage::with_points().await;
    silent(stage.twilio().script());
    stage.twilio().script().on_create(Rule::next(CreateFault::LoseAnswer));
    points.after("twilio.list", 0, 3, Blow::Refuse);
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "On my way").await;
    stage.settle().await;
    stage.pass(seconds(61)).await;
    for _ in 0..3 {
        assert_eq!(stage.label(&anna, &id).await, "unknown");
        stage.pass(minutes(5) + seconds(1)).await;
    }
    assert_eq!(stage.message(&anna, &id).await["outcome"]["kind"], "sent");
    assert_eq!(stage.creates("On my way"), 1);
    stage.close().await;
}

#[tokio::test]
async fn a_list_that_cannot_be_read_for_a_day_leaves_a_send_unconfirmed() {
    let (stage, points) = Stage::with_points().await;
    silent(stage.twilio().script());
    stage.twilio().script().on_create(Rule::next(CreateFault::LoseAnswer));
    points.after("twilio.list", 0, u32::MAX, Blow::Refuse);
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "On my way").await;
    stage.settle().await;
    stage.pass(seconds(61)).await;
    stage.pass(minutes(60)).await;
    assert_eq!(stage.label(&anna, &id).await, "unknown");
    stage.pass(minutes(24 * 60)).await;
    assert_eq!(stage.label(&anna, &id).await, "unconfirmed");
    stage.close().await;
}

#[tokio::test]
async fn a_callback_that_names_the_sid_settles_an_unknown_send_without_a_look_up() {
    let (stage, points) = Stage::with_points().await;
    stage.twilio().script().on_create(Rule::next(CreateFault::LoseAnswer));
    points.after("twilio.list", 0, u32::MAX, Blow::Refuse);
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "See you at eight").await;
    stage.settle().await;
    assert_eq!(stage.label(&anna, &id).await, "delivered");
    stage.pass(seconds(61)).await;
    let settled = stage.message(&anna, &id).await;
    assert_eq!((&settled["outcome"]["kind"], &settled["intent"]), (&json!("sent"), &Value::Null));
    assert_eq!(stage.creates("See you at eight"), 1);
    stage.close().await;
}

#[tokio::test]
async fn a_status_that_comes_after_unconfirmed_is_what_counts() {
    let stage = Stage::open().await;
    stage.twilio().script().on_create(Rule::next(CreateFault::Cut));
    let anna = stage.conversation(ANNA).await;
    let id = stage.send(&anna, "Late but here").await;
    stage.settle().await;
    stage.pass(seconds(61)).await;
    for pause in PAUSES {
        stage.pass(minutes(pause) + seconds(1)).await;
    }
    assert_eq!(stage.label(&anna, &id).await, "unconfirmed");
    let path = format!("/twilio/deliveries/{anna}/{id}");
    assert_eq!(stage.webhook(&path, &stage.callback(&sid(1), "delivered")).await, 204);
    assert_eq!(stage.label(&anna, &id).await, "delivered");
    stage.close().await;
}

#[tokio::test]
async fn two_unknown_sends_of_the_same_text_pair_oldest_to_oldest() {
    let stage = Stage::open().await;
    silent(stage.twilio().script());
    stage.twilio().script().on_create(Rule::next(CreateFault::LoseAnswer).times(2));
    let anna = stage.conversation(ANNA).await;
    let first = stage.send(&anna, "Yes").await;
    let second = stage.send(&anna, "Yes").await;
    stage.settle().await;
    stage.pass(seconds(61)).await;
    let at_twilio: Vec<_> =
        stage.twilio().messages().unwrap().into_iter().map(|message| message.sid).collect();
    assert_eq!(at_twilio.len(), 2);
    assert_eq!(sid_of(&stage.message(&anna, &first).await), at_twilio[0]);
    assert_eq!(sid_of(&stage.message(&anna, &second).await), at_twilio[1]);
    stage.close().await;
}

#[tokio::test]
async fn an_older_twin_that_twilio_never_took_does_not_hide_a_younger_one_that_it_took() {
    let stage = Stage::open().await;
    silent(stage.twilio().script());
    stage.twilio().script().on_create(Rule::next(CreateFault::Cut));
    let anna = stage.conversation(ANNA).await;
    let lost = stage.send(&anna, "Yes").await;
    stage.settle().await;
    stage.pass(seconds(61)).await;
    stage.pass(minutes(4) + seconds(1)).await;
    stage.twilio().script().on_create(Rule::next(CreateFault::LoseAnswer));
    let taken = stage.send(&anna, "Yes").await;
    stage.settle().await;
    stage.pass(seconds(61)).await;
    assert_eq!(stage.message(&anna, &taken).await["outcome"]["kind"], "sent");
    stage.pass(minutes(10)).await;
    assert_eq!(stage.label(&anna, &lost).await, "unconfirmed");
    stage.close().await;
}

#[tokio::test]
async fn a_look_up_does_not_take_the_message_of_a_twin_that_is_just_being_sent() {
    let stage = Stage::open().await;
    let script = stage.twilio().script();
    silent(script);
    script.on_create(Rule::next(CreateFault::Cut));
    let anna = stage.conversation(ANNA).await;
    let lost = stage.send(&anna, "Yes").await;
    stage.settle().await;
    stage.desk.pass(seconds(58));
    script.on_create(Rule::next(CreateFault::AnswerLate { by: seconds(8) }));
    let taken = stage.send(&anna, "Yes").await;
    until(|| stage.creates("Yes") == 2).await;
    stage.desk.pass(seconds(4));
    stage.system().run_schedule("sweep").await.unwrap();
    // Whichever record comes first, the look-up is made while the twin is under way.
    let job = row_of_job(&stage).await.unwrap();
    let keys = json!({ "pk": job["pk"], "sk": job["sk"] });
    let record = json!({
        "eventName": "MODIFY",
        "dynamodb": { "Keys": keys, "NewImage": job, "SequenceNumber": "1" },
    });
    let event = json!({ "Records": [record] });
    stage.system().functions().invoke("dispatch", event).await.unwrap();
    desk::until("the look-up to be over", || async {
        let job = row_of_job(&stage).await?;
        (job["attempts"]["N"] == "1" && job["intent"]["S"] == "later").then_some(())
    })
    .await;
    stage.desk.pass(seconds(5));
    stage.settle().await;
    let sent = stage.message(&anna, &taken).await;
    assert_eq!(sent["outcome"]["kind"], "sent");
    assert_eq!(sid_of(&sent), stage.twilio().messages().unwrap()[0].sid);
    for pause in PAUSES {
        assert_eq!(stage.label(&anna, &lost).await, "unknown");
        stage.pass(minutes(pause) + seconds(1)).await;
    }
    assert_eq!(stage.label(&anna, &lost).await, "unconfirmed");
    assert_eq!(sid_of(&stage.message(&anna, &lost).await), "");
    stage.close().await;
}

/// The look-up's row.
async fn row_of_job(stage: &Stage) -> Option<Value> {
    let rows = table::rows(&stage.desk, table::TABLE).await;
    rows.into_iter().find(|((_, sort), _)| sort.starts_with("JOB#")).map(|(_, item)| item)
}
