//! `POST /api/conversations/{id}/messages/{message}/redact`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_emulator::dynamodb::{Effect, RequestFault};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use serde_json::{Value, json};
use shared::fault::{FaultInjector, FaultPoints};

use crate::media::{download_media, jpeg, only_message};
use crate::support::table::count_jobs;
use crate::support::user::{bodies, conversation_id, new_idempotency_key};
use crate::support::webhook::{inbound_text_form, new_sid, with_param};
use crate::support::{TestResponse, TestSystem, TestUser, Webhook, customer_number};

async fn redact(user: &TestUser<'_>, message: &Value) -> TestResponse {
    let field = |name: &str| message[name].as_str().unwrap().to_owned();
    let (conversation, message) = (field("conversation_id"), field("message_id"));
    let path = format!("/api/conversations/{conversation}/messages/{message}/redact");
    user.post(&path, json!({})).await
}

#[tokio::test]
async fn an_outbound_text_is_redacted_here_and_at_twilio() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    anna.send(&conversation, "My card is 4111").await;
    system.wait_until_idle().await;
    let sent = anna.messages(&conversation).await[0].clone();
    let redacted = redact(&anna, &sent).await.expect_status(200);
    assert_eq!((&redacted["body"], &redacted["redacted"]), (&"".into(), &true.into()));
    assert_eq!(redacted["status"], sent["status"]);
    let conversation_after = anna.get_conversation(&conversation).await;
    assert_eq!(conversation_after["preview"]["body"], "");
    system.wait_until_idle().await;
    let message = anna.messages(&conversation).await[0].clone();
    assert_eq!((&message["body"], &message["sid"]), (&"".into(), &sent["sid"]));
    let twilio_messages = system.twilio().messages().unwrap();
    assert!(twilio_messages.iter().all(|message| message.redacted), "{twilio_messages:?}");
    assert_eq!(count_jobs(&system).await, 0);
    let repeated = redact(&anna, &sent).await.expect_status(200);
    assert_eq!(repeated["rev"], redacted["rev"], "a repetition changes nothing");
    system.stop().await;
}

#[tokio::test]
async fn redaction_removes_media_and_location_and_keeps_later_messages() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let number = customer_number();
    let mut form = inbound_text_form(&system, &new_sid("MM"), &number, "Look");
    for (name, value) in [
        ("MediaUrl0", "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"),
        ("Latitude", "47.6"),
        ("Longitude", "-122.3"),
        ("OriginalRepliedMessageSid", "SM00000000000000000000000000000009"),
    ] {
        form = with_param(form, name, value);
    }
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_acknowledgement();
    system.receive_text(&number, "After").await;
    let id = anna.conversation_id_with(&number).await;
    let first = anna.messages(&id).await[0].clone();
    let redacted = redact(&anna, &first).await.expect_status(200);
    assert_eq!((&redacted["media"], &redacted["extras"]["location"]), (&json!([]), &json!(null)));
    assert_eq!(redacted["extras"]["reply_to"], first["extras"]["reply_to"]);
    assert_eq!(bodies(&anna.messages(&id).await), ["", "After"]);
    assert_eq!(anna.get_conversation(&id).await["preview"]["body"], "After");
    let response = Webhook::form(&system, "/twilio/messages", &form).send().await;
    response.expect_acknowledgement();
    assert_eq!(anna.messages(&id).await[0], redacted, "a repeated webhook restores nothing");
    system.stop().await;
}

#[tokio::test]
async fn missing_messages_are_not_redacted_and_failed_messages_are() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    let unknown = json!({ "conversation_id": conversation, "message_id": "x" });
    redact(&anna, &unknown).await.expect_error(404);
    let other_conversation =
        conversation_id(&anna.start_conversation(&customer_number()).await).to_owned();
    anna.send(&conversation, "Hi").await;
    system.wait_until_idle().await;
    let mut sent = anna.messages(&conversation).await[0].clone();
    sent["conversation_id"] = other_conversation.into();
    redact(&anna, &sent).await.expect_error(404);
    // A failed message cannot be resent after its text was deleted.
    let opted_out = anna.start_conversation("+15005550004").await;
    anna.send(conversation_id(&opted_out), "No").await;
    system.wait_until_idle().await;
    let failed = anna.messages(conversation_id(&opted_out)).await[0].clone();
    redact(&anna, &failed).await.expect_status(200);
    anna.try_retry(&failed, &new_idempotency_key()).await.expect_error(409);
    system.stop().await;
}

/// Receives an image and waits until it is stored. Returns the message and the path of the image.
async fn receive_image(system: &TestSystem, user: &TestUser<'_>) -> (Value, String) {
    let number = customer_number();
    let image: (&str, &str, &[u8]) = ("image/jpeg", "a.jpg", &jpeg(1));
    system.phone(&number).send_files("Look", &[image]).await;
    system.wait_until_idle().await;
    let message = only_message(user, &number).await;
    let (_, response) = download_media(system, user, &message, 0).await;
    assert_eq!(response.status, 200);
    let field = |name: &str| message[name].as_str().unwrap().to_owned();
    let (conversation, id) = (field("conversation_id"), field("message_id"));
    let media_path = format!("/api/conversations/{conversation}/messages/{id}/media/0");
    (message, media_path)
}

/// Advances the clock by 30 s and sweeps.
async fn run_due_jobs(system: &TestSystem) {
    system.advance(Duration::from_secs(31));
    system.inner().run_schedule("sweep").await.unwrap();
    system.wait_until_idle().await;
}

#[tokio::test]
async fn a_failed_redaction_keeps_the_image_and_can_be_repeated() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (message, _) = receive_image(&system, &anna).await;
    let failing_writes = RequestFault { times: usize::MAX, ..RequestFault::once(Effect::Fail) };
    system.inner().dynamodb().faults().arm(failing_writes.on_operation("TransactWriteItems"));
    redact(&anna, &message).await.expect_error(503);
    system.inner().dynamodb().faults().clear();
    system.wait_until_idle().await;
    let (_, response) = download_media(&system, &anna, &message, 0).await;
    assert_eq!(response.status, 200, "the image is still stored");
    redact(&anna, &message).await.expect_status(200);
    system.wait_until_idle().await;
    assert!(system.inner().s3().keys().is_empty());
    assert_eq!(count_jobs(&system).await, 0);
    system.stop().await;
}

#[tokio::test]
async fn a_redaction_that_fails_at_twilio_is_done_here_at_once_and_there_later() {
    let system = TestSystem::start().await;
    let anna = system.admin().await;
    let (message, media_path) = receive_image(&system, &anna).await;
    system.twilio().script().refuse_connections(true);
    let redacted = redact(&anna, &message).await.expect_status(200);
    assert_eq!((&redacted["body"], &redacted["media"]), (&"".into(), &json!([])));
    anna.get(&media_path).await.expect_error(404);
    system.wait_until_idle().await;
    assert!(system.inner().s3().keys().is_empty());
    assert_eq!(count_jobs(&system).await, 1);
    assert!(system.twilio().messages().unwrap().iter().all(|message| !message.redacted));
    system.twilio().script().refuse_connections(false);
    run_due_jobs(&system).await;
    let twilio_messages = system.twilio().messages().unwrap();
    assert!(
        twilio_messages.iter().all(|message| message.redacted && message.extras.media.is_empty())
    );
    assert_eq!(count_jobs(&system).await, 0);
    system.stop().await;
}

/// Fails the first deletion of a file.
#[derive(Default)]
struct FirstDeletionFails(AtomicBool);

impl FaultInjector for FirstDeletionFails {
    fn fault_at(&self, point: &'static str) -> BoxFuture<'static, Option<shared::fault::Fault>> {
        let is_first_deletion = point == "files.delete" && !self.0.swap(true, Ordering::Relaxed);
        ready(is_first_deletion.then_some(shared::fault::Fault::RefuseConnection)).boxed()
    }
}

#[tokio::test]
async fn a_file_that_could_not_be_deleted_is_hidden_and_deleted_later() {
    let faults = FaultPoints::with_injector(Arc::new(FirstDeletionFails::default()));
    let system = TestSystem::start_with(|options| options.faults = faults).await;
    let anna = system.admin().await;
    let (message, media_path) = receive_image(&system, &anna).await;
    redact(&anna, &message).await.expect_status(200);
    system.wait_until_idle().await;
    anna.get(&media_path).await.expect_error(404);
    assert_eq!((system.inner().s3().keys().len(), count_jobs(&system).await), (1, 1));
    run_due_jobs(&system).await;
    assert_eq!((system.inner().s3().keys().len(), count_jobs(&system).await), (0, 0));
    assert!(system.twilio().messages().unwrap().iter().all(|message| message.redacted));
    system.stop().await;
}
