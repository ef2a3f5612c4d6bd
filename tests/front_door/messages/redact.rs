//! `POST /api/conversations/{id}/messages/{message}/redact`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use local::dynamodb::{Effect, Fault};
use serde_json::{Value, json};
use shared::fault::{Faults, Nemesis};

use crate::desk::person::{bodies, id, key};
use crate::desk::table::jobs;
use crate::desk::webhook::{sid, text, with};
use crate::desk::{Answer, Desk, Person, Webhook, customer};
use crate::media::{jpeg, only, read};

async fn redact(person: &Person<'_>, message: &Value) -> Answer {
    let part = |name: &str| message[name].as_str().unwrap().to_owned();
    let (conversation, message) = (part("conversation_id"), part("message_id"));
    let path = format!("/api/conversations/{conversation}/messages/{message}/redact");
    person.post(&path, json!({})).await
}

#[tokio::test]
async fn a_text_of_ours_is_taken_away_here_and_at_twilio() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    anna.send(&conversation, "My card is 4111").await;
    desk.settle().await;
    let sent = anna.messages(&conversation).await[0].clone();
    let redacted = redact(&anna, &sent).await.is(200);
    assert_eq!((&redacted["body"], &redacted["redacted"]), (&"".into(), &true.into()));
    assert_eq!(redacted["status"], sent["status"]);
    let shown = anna.conversation(&conversation).await;
    assert_eq!(shown["preview"]["body"], "");
    desk.settle().await;
    let message = anna.messages(&conversation).await[0].clone();
    assert_eq!((&message["body"], &message["sid"]), (&"".into(), &sent["sid"]));
    let there = desk.twilio().messages().unwrap();
    assert!(there.iter().all(|message| message.redacted), "{there:?}");
    assert_eq!(jobs(&desk).await, 0);
    let again = redact(&anna, &sent).await.is(200);
    assert_eq!(again["rev"], redacted["rev"], "twice is once");
    desk.close().await;
}

#[tokio::test]
async fn a_customers_picture_and_place_go_with_the_text_and_what_came_after_stays() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let number = customer();
    let mut form = text(&desk, &sid("MM"), &number, "Look");
    for (name, value) in [
        ("MediaUrl0", "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"),
        ("Latitude", "47.6"),
        ("Longitude", "-122.3"),
        ("OriginalRepliedMessageSid", "SM00000000000000000000000000000009"),
    ] {
        form = with(form, name, value);
    }
    Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
    desk.text(&number, "After").await;
    let id = anna.conversation_with(&number).await;
    let first = anna.messages(&id).await[0].clone();
    let redacted = redact(&anna, &first).await.is(200);
    assert_eq!(
        (&redacted["media"], &redacted["particulars"]["location"]),
        (&json!([]), &json!(null))
    );
    assert_eq!(redacted["particulars"]["reply_to"], first["particulars"]["reply_to"]);
    assert_eq!(bodies(&anna.messages(&id).await), ["", "After"]);
    assert_eq!(anna.conversation(&id).await["preview"]["body"], "After");
    let again = Webhook::form(&desk, "/twilio/messages", &form).send().await;
    again.acknowledged();
    assert_eq!(anna.messages(&id).await[0], redacted, "Twilio's repetition brings nothing back");
    desk.close().await;
}

#[tokio::test]
async fn what_is_not_there_or_not_sent_yet_or_failed_is_treated_accordingly() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let conversation = id(&anna.start(&customer()).await).to_owned();
    let unknown = json!({ "conversation_id": conversation, "message_id": "x" });
    redact(&anna, &unknown).await.refused(404);
    let elsewhere = id(&anna.start(&customer()).await).to_owned();
    anna.send(&conversation, "Hi").await;
    desk.settle().await;
    let mut sent = anna.messages(&conversation).await[0].clone();
    sent["conversation_id"] = elsewhere.into();
    redact(&anna, &sent).await.refused(404);
    // One that failed cannot be sent again once nobody knows its text.
    let refused = anna.start("+15005550004").await;
    anna.send(id(&refused), "No").await;
    desk.settle().await;
    let failed = anna.messages(id(&refused)).await[0].clone();
    redact(&anna, &failed).await.is(200);
    anna.try_retry(&failed, &key()).await.refused(409);
    desk.close().await;
}

/// A picture that a customer sent, in the bucket; and where it is read.
async fn pictured(desk: &Desk, anna: &Person<'_>) -> (Value, String) {
    let number = customer();
    let picture: (&str, &str, &[u8]) = ("image/jpeg", "a.jpg", &jpeg(1));
    desk.phone(&number).attaches("Look", &[picture]).await;
    desk.settle().await;
    let message = only(anna, &number).await;
    let (_, answer) = read(desk, anna, &message, 0).await;
    assert_eq!(answer.status, 200);
    let part = |name: &str| message[name].as_str().unwrap().to_owned();
    let (conversation, id) = (part("conversation_id"), part("message_id"));
    let media = format!("/api/conversations/{conversation}/messages/{id}/media/0");
    (message, media)
}

/// Half a minute later: what was put off is woken.
async fn later(desk: &Desk) {
    desk.pass(Duration::from_secs(31));
    desk.system().run_schedule("sweep").await.unwrap();
    desk.settle().await;
}

#[tokio::test]
async fn a_picture_whose_redaction_could_not_be_stored_is_still_there_and_goes_the_next_time() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (message, _) = pictured(&desk, &anna).await;
    let away = Fault { times: usize::MAX, ..Fault::once(Effect::Fail) };
    desk.system().dynamodb().faults().arm(away.on("TransactWriteItems"));
    redact(&anna, &message).await.refused(503);
    desk.system().dynamodb().faults().clear();
    desk.settle().await;
    let (_, answer) = read(&desk, &anna, &message, 0).await;
    assert_eq!(answer.status, 200, "what is shown is there");
    redact(&anna, &message).await.is(200);
    desk.settle().await;
    assert!(desk.system().s3().keys().is_empty());
    assert_eq!(jobs(&desk).await, 0);
    desk.close().await;
}

#[tokio::test]
async fn what_twilio_does_not_redact_now_is_gone_here_at_once_and_there_later() {
    let desk = Desk::open().await;
    let anna = desk.admin().await;
    let (message, media) = pictured(&desk, &anna).await;
    desk.twilio().script().refuse_connections(true);
    let redacted = redact(&anna, &message).await.is(200);
    assert_eq!((&redacted["body"], &redacted["media"]), (&"".into(), &json!([])));
    anna.get(&media).await.refused(404);
    desk.settle().await;
    assert!(desk.system().s3().keys().is_empty());
    assert_eq!(jobs(&desk).await, 1);
    assert!(desk.twilio().messages().unwrap().iter().all(|message| !message.redacted));
    desk.twilio().script().refuse_connections(false);
    later(&desk).await;
    let there = desk.twilio().messages().unwrap();
    assert!(there.iter().all(|message| message.redacted && message.more.media.is_empty()));
    assert_eq!(jobs(&desk).await, 0);
    desk.close().await;
}

/// Refuses the first deletion of a file.
#[derive(Default)]
struct FirstDeletion(AtomicBool);

impl Nemesis for FirstDeletion {
    fn meets(&self, point: &'static str) -> BoxFuture<'static, Option<shared::fault::Fault>> {
        let refused = point == "files.delete" && !self.0.swap(true, Ordering::Relaxed);
        ready(refused.then_some(shared::fault::Fault::Refuse)).boxed()
    }
}

#[tokio::test]
async fn a_file_that_could_not_be_deleted_is_shown_no_more_and_deleted_later() {
    let faults = Faults::armed(Arc::new(FirstDeletion::default()));
    let desk = Desk::with(|options| options.faults = faults).await;
    let anna = desk.admin().await;
    let (message, media) = pictured(&desk, &anna).await;
    redact(&anna, &message).await.is(200);
    desk.settle().await;
    anna.get(&media).await.refused(404);
    assert_eq!((desk.system().s3().keys().len(), jobs(&desk).await), (1, 1));
    later(&desk).await;
    assert_eq!((desk.system().s3().keys().len(), jobs(&desk).await), (0, 0));
    assert!(desk.twilio().messages().unwrap().iter().all(|message| message.redacted));
    desk.close().await;
}
