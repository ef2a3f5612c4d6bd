//! What a customer reads first was written first.

use local::twilio::{CreateFault, Rule};

use super::nemesis::Blow;
use super::stage::{ANNA, BORIS, Stage, minutes, seconds};

#[tokio::test]
async fn ten_messages_arrive_in_order_though_the_third_is_put_off_for_two_minutes() {
    let (stage, points) = Stage::with_points().await;
    let busy = CreateFault::Answer { status: 429 };
    stage.twilio().script().on_create(Rule::next(busy).body("m3").lasting(minutes(2)));
    let (anna, boris) = (stage.conversation(ANNA).await, stage.conversation(BORIS).await);
    let wanted: Vec<String> = (1..=10).map(|number| format!("m{number}.")).collect();
    stage.send_unheard(&points, &anna, &wanted).await;
    // From the third on a call takes six seconds, so that nothing is waited for in place.
    points.after("twilio.create", 2, 8, Blow::PassAfter(seconds(6)));
    stage.pass(seconds(61)).await;
    assert_eq!(stage.phone(ANNA), ["m1.", "m2."]);
    stage.send(&boris, "Nobody waits for Anna").await;
    stage.settle().await;
    assert_eq!(stage.phone(BORIS), ["Nobody waits for Anna"]);
    for pause in [31, 61, 121] {
        assert_eq!(stage.phone(ANNA), ["m1.", "m2."]);
        stage.pass(seconds(pause)).await;
    }
    assert_eq!(stage.phone(ANNA), wanted);
    assert_eq!(stage.texts(&anna).await, wanted);
    stage.close().await;
}

#[tokio::test]
async fn what_waits_for_a_closed_line_goes_out_in_order_when_it_opens() {
    let (stage, points) = Stage::with_points().await;
    let anna = stage.conversation(ANNA).await;
    let texts = ["one", "two", "three"].map(str::to_owned);
    stage.send_unheard(&points, &anna, &texts).await;
    points.next("twilio.create", Blow::RefuseAfter(seconds(6)));
    stage.pass(seconds(61)).await;
    assert_eq!(stage.phone(ANNA), [""; 0]);
    stage.pass(seconds(31)).await;
    assert_eq!(stage.phone(ANNA), texts);
    stage.close().await;
}
