//! Deferred sends: they wait for `Retry-After`, and are checked again before they are sent.

use serde_json::Value;
use twilio_simulator::{CreateFault, FaultRule};

use super::fixture::{ANNA, ReliabilityFixture, minutes, seconds};

/// Returns the times of the create requests with this text, in milliseconds.
fn create_times(fixture: &ReliabilityFixture, body: &str) -> Vec<i64> {
    let creates = fixture.twilio().creates().into_iter();
    creates.filter(|create| create.body == body).map(|create| create.at).collect()
}

/// Sends a message that is deferred because Twilio is busy. Returns its ID.
async fn send_deferred(fixture: &ReliabilityFixture, conversation: &str) -> String {
    let busy_rule = FaultRule::next(CreateFault::Busy { seconds: 45 }).times(1);
    fixture.twilio().script().on_create(busy_rule);
    let id = fixture.send(conversation, "Held").await;
    fixture.wait_until_idle().await;
    assert_eq!(fixture.display_status(conversation, &id).await, "queued");
    id
}

/// Lets the deferred message become due, asserts that it was not sent again, and returns it.
async fn expect_never_sent(fixture: &ReliabilityFixture, conversation: &str, id: &str) -> Value {
    fixture.advance_and_sweep(seconds(46)).await;
    assert_eq!(fixture.count_creates("Held"), 1, "only the first call");
    assert!(fixture.twilio().messages().unwrap().iter().all(|message| message.body != "Held"));
    fixture.get_message(conversation, id).await
}

#[tokio::test]
async fn a_busy_response_is_retried_after_its_retry_after_time() {
    let fixture = ReliabilityFixture::start().await;
    fixture.twilio().script().on_create(FaultRule::next(CreateFault::Busy { seconds: 1 }));
    let anna = fixture.start_conversation(ANNA).await;
    let id = fixture.send(&anna, "Hello").await;
    fixture.wait_until_idle().await;
    assert_eq!(fixture.display_status(&anna, &id).await, "delivered");
    let times = create_times(&fixture, "Hello");
    assert_eq!(times.len(), 2, "{times:?}");
    assert!(times[1] - times[0] >= 1_000, "{times:?}");
    fixture.stop().await;
}

#[tokio::test]
async fn a_longer_busy_response_defers_the_send() {
    let fixture = ReliabilityFixture::start().await;
    let anna = fixture.start_conversation(ANNA).await;
    let id = send_deferred(&fixture, &anna).await;
    fixture.advance_and_sweep(seconds(40)).await;
    assert_eq!(fixture.count_creates("Held"), 1, "Retry-After is 45 s");
    fixture.advance_and_sweep(seconds(6)).await;
    assert_eq!(fixture.display_status(&anna, &id).await, "delivered");
    assert_eq!(fixture.count_creates("Held"), 2);
    fixture.stop().await;
}

#[tokio::test]
async fn a_stop_between_send_and_dispatch_blocks_the_message() {
    let fixture = ReliabilityFixture::start().await;
    let anna = fixture.start_conversation(ANNA).await;
    let id = send_deferred(&fixture, &anna).await;
    fixture.receive_text(ANNA, "STOP");
    fixture.wait_until_idle().await;
    let message = expect_never_sent(&fixture, &anna, &id).await;
    assert_eq!(
        (&message["status"], &message["error"]["code"]),
        (&"rejected".into(), &21610.into())
    );
    assert_eq!(message["error"]["title"], "The customer has opted out");
    fixture.stop().await;
}

#[tokio::test]
async fn a_window_that_closes_between_send_and_dispatch_blocks_the_message() {
    let fixture = ReliabilityFixture::start().await;
    fixture.system.phone(&format!("whatsapp:{ANNA}")).send_text("Hola").await;
    let anna =
        fixture.list_conversations().await[0]["conversation_id"].as_str().unwrap().to_owned();
    fixture.system.advance(minutes(24 * 60) - seconds(30));
    let id = send_deferred(&fixture, &anna).await;
    let message = expect_never_sent(&fixture, &anna, &id).await;
    assert_eq!(
        (&message["status"], &message["error"]["code"]),
        (&"rejected".into(), &63016.into())
    );
    fixture.stop().await;
}
