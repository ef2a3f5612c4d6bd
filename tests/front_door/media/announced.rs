//! Files that an event announced: named by the webhook that follows, or found in Twilio's own list.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Gives, Host, jpeg, only, read};
use crate::desk::table::jobs;
use crate::desk::webhook::{sid, text, with};
use crate::desk::{Desk, OURS, Webhook, customer};

/// An event of a message with so many files.
async fn event(desk: &Desk, sid: &str, from: &str, files: usize) {
    let account = &desk.system().settings().account_sid;
    let event = json!({
        "type": "com.twilio.messaging.inbound-message.received",
        "data": {
            "messageSid": sid, "accountSid": account, "from": from, "to": OURS, "body": "",
            "numMedia": files, "numSegments": 1,
        },
    });
    Webhook::events(desk, &event).send().await.is(204);
}

/// Half a minute at a time, as often as asked: what was put off is woken.
async fn half_minutes(desk: &Desk, times: usize) {
    for _ in 0..times {
        desk.pass(Duration::from_secs(31));
        desk.system().run_schedule("sweep").await.unwrap();
        desk.settle().await;
    }
}

/// A picture at Twilio: its message's SID and its address.
fn picture(desk: &Desk, host: &Host) -> (String, String) {
    let url = host.keeps(desk, Gives::Bytes("image/jpeg", jpeg(1)));
    let sid = url.split('/').rev().nth(2).unwrap().to_owned();
    (sid, url)
}

/// Twilio's list of a message's files has the one at `url`, or none.
fn listed(host: &Host, url: &str, there: bool) {
    let (path, file) = url.strip_prefix(&host.base).unwrap().rsplit_once('/').unwrap();
    let files =
        if there { json!([{ "sid": file, "content_type": "image/jpeg" }]) } else { json!([]) };
    let body = json!({ "media_list": files }).to_string().into_bytes();
    host.at(&format!("{path}.json"), Gives::Bytes("application/json", body));
}

fn state(message: &Value) -> (&str, Option<&str>) {
    let media = &message["media"][0];
    (media["state"].as_str().unwrap(), media["problem"].as_str())
}

#[tokio::test]
async fn what_an_event_announced_is_found_at_twilio_though_no_webhook_comes() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let number = customer();
    let (sid, url) = picture(&desk, &host);
    listed(&host, &url, true);
    event(&desk, &sid, &number, 1).await;
    desk.settle().await;
    let message = only(&anna, &number).await;
    assert_eq!(state(&message), ("waiting", None), "its webhook is about to come");
    assert!(host.asked().is_empty());
    half_minutes(&desk, 2).await;
    let message = only(&anna, &number).await;
    assert_eq!(
        (state(&message), &message["media"][0]["kind"]),
        (("stored", None), &"image".into())
    );
    let (_, answer) = read(&desk, &anna, &message, 0).await;
    assert_eq!(answer.status, 200);
    let preview = anna.list("").await["conversations"][0]["preview"].clone();
    assert_eq!((&preview["media"], &preview["media_count"]), (&"image".into(), &1.into()));
    // The webhook after all: nothing is fetched a second time.
    let asked = host.asked().len();
    let form = with(text(&desk, &sid, &number, ""), "NumMedia", "1");
    let form = with(form, "MediaUrl0", &url);
    Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
    desk.settle().await;
    assert_eq!((state(&only(&anna, &number).await), host.asked().len()), (("stored", None), asked));
    assert_eq!(jobs(&desk).await, 0);
    desk.close().await;
}

#[tokio::test]
async fn the_webhook_that_comes_in_time_names_what_its_event_announced() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let number = customer();
    let (sid, url) = picture(&desk, &host);
    event(&desk, &sid, &number, 1).await;
    let form = with(text(&desk, &sid, &number, ""), "NumMedia", "1");
    let form = with(form, "MediaUrl0", &url);
    Webhook::form(&desk, "/twilio/messages", &form).send().await.acknowledged();
    desk.settle().await;
    assert_eq!(state(&only(&anna, &number).await), ("stored", None));
    half_minutes(&desk, 2).await;
    assert_eq!((host.asked().len(), jobs(&desk).await), (1, 0), "nobody asks for a list");
    desk.close().await;
}

#[tokio::test]
async fn what_twilio_does_not_have_is_said_to_be_missing_and_may_be_looked_for_again() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let number = customer();
    let (sid, url) = picture(&desk, &host);
    listed(&host, &url, false);
    event(&desk, &sid, &number, 1).await;
    half_minutes(&desk, 6).await;
    let message = only(&anna, &number).await;
    assert_eq!((state(&message), jobs(&desk).await), (("failed", Some("not_found")), 0));
    listed(&host, &url, true);
    let path = format!("{}/retry", super::path(&message, 0));
    anna.post(&path, json!({})).await.is(202);
    desk.settle().await;
    assert_eq!(state(&only(&anna, &number).await), ("stored", None));
    desk.close().await;
}

#[tokio::test]
async fn what_was_announced_of_a_redacted_message_is_not_looked_for() {
    let host = Host::open().await;
    let desk = host.desk().await;
    let anna = desk.admin().await;
    let number = customer();
    let sid = sid("MM");
    event(&desk, &sid, &number, 99).await;
    let message = only(&anna, &number).await;
    assert_eq!(message["media"].as_array().unwrap().len(), 10, "Twilio carries no more");
    let redact = super::path(&message, 0).replace("/media/0", "/redact");
    anna.post(&redact, json!({})).await.is(200);
    half_minutes(&desk, 2).await;
    let asked = host.asked();
    let fetched = asked.iter().filter(|asked| asked.line.contains("/Media/")).count();
    assert_eq!((only(&anna, &number).await["media"].clone(), fetched), (json!([]), 0));
    desk.close().await;
}
