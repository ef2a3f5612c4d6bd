//! Media that an event announced: their URLs come with the webhook or from Twilio's media list.

use std::time::Duration;

use serde_json::{Value, json};

use super::{HostResponse, MediaHost, download_media, jpeg, only_message};
use crate::support::table::count_jobs;
use crate::support::webhook::{inbound_text_form, new_sid, with_param};
use crate::support::{BUSINESS_NUMBER, TestSystem, Webhook, customer_number};

/// Posts the event of a message with `files` files.
async fn post_event(system: &TestSystem, sid: &str, from: &str, files: usize) {
    let account = &system.inner().settings().account_sid;
    let event = json!({
        "type": "com.twilio.messaging.inbound-message.received",
        "data": {
            "messageSid": sid, "accountSid": account, "from": from, "to": BUSINESS_NUMBER, "body": "",
            "numMedia": files, "numSegments": 1,
        },
    });
    Webhook::events(system, &event).send().await.expect_status(204);
}

/// Advances the clock by 30 s and sweeps, `count` times.
async fn sweep_half_minutes(system: &TestSystem, count: usize) {
    for _ in 0..count {
        system.advance(Duration::from_secs(31));
        system.inner().run_schedule("sweep").await.unwrap();
        system.wait_until_idle().await;
    }
}

/// Adds an image at Twilio. Returns the SID of its message and its URL.
fn add_image(system: &TestSystem, host: &MediaHost) -> (String, String) {
    let url = host.add_file(system, HostResponse::Bytes("image/jpeg", jpeg(1)));
    let sid = url.split('/').rev().nth(2).unwrap().to_owned();
    (sid, url)
}

/// Sets whether Twilio's media list of a message contains the file at `url`.
fn set_listed(host: &MediaHost, url: &str, is_listed: bool) {
    let (path, file) = url.strip_prefix(&host.base_url).unwrap().rsplit_once('/').unwrap();
    let files =
        if is_listed { json!([{ "sid": file, "content_type": "image/jpeg" }]) } else { json!([]) };
    let body = json!({ "media_list": files }).to_string().into_bytes();
    host.set_response(&format!("{path}.json"), HostResponse::Bytes("application/json", body));
}

fn media_state(message: &Value) -> (&str, Option<&str>) {
    let media = &message["media"][0];
    (media["state"].as_str().unwrap(), media["error"].as_str())
}

#[tokio::test]
async fn media_of_an_event_is_looked_up_when_no_webhook_arrives() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let number = customer_number();
    let (sid, url) = add_image(&system, &host);
    set_listed(&host, &url, true);
    post_event(&system, &sid, &number, 1).await;
    system.wait_until_idle().await;
    let message = only_message(&anna, &number).await;
    assert_eq!(media_state(&message), ("pending", None), "the webhook may still arrive");
    assert!(host.requests().is_empty());
    sweep_half_minutes(&system, 2).await;
    let message = only_message(&anna, &number).await;
    assert_eq!(
        (media_state(&message), &message["media"][0]["kind"]),
        (("stored", None), &"image".into())
    );
    let (_, response) = download_media(&system, &anna, &message, 0).await;
    assert_eq!(response.status, 200);
    let preview = anna.list_conversations("").await["conversations"][0]["preview"].clone();
    assert_eq!((&preview["media"], &preview["media_count"]), (&"image".into(), &1.into()));
    // A late webhook does not fetch the file again.
    let request_count = host.requests().len();
    let form = with_param(inbound_text_form(&system, &sid, &number, ""), "NumMedia", "1");
    let form = with_param(form, "MediaUrl0", &url);
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_acknowledgement();
    system.wait_until_idle().await;
    assert_eq!(
        (media_state(&only_message(&anna, &number).await), host.requests().len()),
        (("stored", None), request_count)
    );
    assert_eq!(count_jobs(&system).await, 0);
    system.stop().await;
}

#[tokio::test]
async fn a_webhook_in_time_supplies_the_media_of_its_event() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let number = customer_number();
    let (sid, url) = add_image(&system, &host);
    post_event(&system, &sid, &number, 1).await;
    let form = with_param(inbound_text_form(&system, &sid, &number, ""), "NumMedia", "1");
    let form = with_param(form, "MediaUrl0", &url);
    Webhook::form(&system, "/twilio/messages", &form).send().await.expect_acknowledgement();
    system.wait_until_idle().await;
    assert_eq!(media_state(&only_message(&anna, &number).await), ("stored", None));
    sweep_half_minutes(&system, 2).await;
    assert_eq!(
        (host.requests().len(), count_jobs(&system).await),
        (1, 0),
        "the media list was requested"
    );
    system.stop().await;
}

#[tokio::test]
async fn media_missing_at_twilio_fails_and_can_be_retried() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let number = customer_number();
    let (sid, url) = add_image(&system, &host);
    set_listed(&host, &url, false);
    post_event(&system, &sid, &number, 1).await;
    sweep_half_minutes(&system, 6).await;
    let message = only_message(&anna, &number).await;
    assert_eq!(
        (media_state(&message), count_jobs(&system).await),
        (("failed", Some("not_found")), 0)
    );
    set_listed(&host, &url, true);
    let path = format!("{}/retry", super::media_path(&message, 0));
    anna.post(&path, json!({})).await.expect_status(202);
    system.wait_until_idle().await;
    assert_eq!(media_state(&only_message(&anna, &number).await), ("stored", None));
    system.stop().await;
}

#[tokio::test]
async fn media_of_a_redacted_message_is_not_looked_up() {
    let host = MediaHost::start().await;
    let system = host.start_system().await;
    let anna = system.admin().await;
    let number = customer_number();
    let sid = new_sid("MM");
    post_event(&system, &sid, &number, 99).await;
    let message = only_message(&anna, &number).await;
    assert_eq!(message["media"].as_array().unwrap().len(), 10, "Twilio allows ten files");
    let redact_path = super::media_path(&message, 0).replace("/media/0", "/redact");
    anna.post(&redact_path, json!({})).await.expect_status(200);
    sweep_half_minutes(&system, 2).await;
    let requests = host.requests();
    let fetch_count =
        requests.iter().filter(|request| request.request_line.contains("/Media/")).count();
    assert_eq!((only_message(&anna, &number).await["media"].clone(), fetch_count), (json!([]), 0));
    system.stop().await;
}
