//! The recorded webhooks of every channel, signed again for this desk.

use reqwest::Url;
use serde_json::Value;

use super::kept;
use crate::desk::person::id;
use crate::desk::webhook::{Form, encoded};
use crate::desk::{Desk, OURS, Webhook, customer};

fn recorded() -> Value {
    serde_json::from_str(include_str!("../../vectors/webhooks.json")).unwrap()
}

/// A desk of the account that the recordings belong to.
async fn theirs(recorded: &Value) -> Desk {
    Desk::with(|options| {
        options.settings.account_sid = recorded["account_sid"].as_str().unwrap().to_owned();
        options.settings.auth_token = recorded["auth_token"].as_str().unwrap().to_owned();
    })
    .await
}

fn form(request: &Value) -> Form {
    let body = request["body"].as_str().unwrap();
    let url = Url::parse(&format!("http://x/?{body}")).unwrap();
    url.query_pairs().into_owned().collect()
}

fn value<'a>(form: &'a Form, name: &str) -> &'a str {
    form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

#[tokio::test]
async fn texts_to_our_number_become_messages_and_the_other_channels_wait_in_quarantine() {
    let recorded = recorded();
    let desk = theirs(&recorded).await;
    let anna = desk.admin().await;
    let (mut filed, mut waiting) = (0, 0);
    for request in recorded["requests"].as_array().unwrap() {
        let kind = request["kind"].as_str().unwrap();
        if !kind.starts_with("inbound_") {
            continue;
        }
        let form = form(request);
        let webhook = Webhook::form(&desk, "/twilio/messages", &form);
        let answer = webhook.body(request["body"].as_str().unwrap()).send().await;
        assert_eq!((answer.status, &*answer.text), (200, "<Response/>"), "{}", request["name"]);
        let sid = shared::sid::MessageSid::parse(value(&form, "MessageSid")).unwrap();
        let stored = desk.system().store().message_by_sid(&sid).await.unwrap();
        let ours = value(&form, "To") == OURS;
        assert_eq!(stored.is_some(), ours, "{}", request["name"]);
        let Some((conversation, message)) = stored else {
            let body = encoded(&form);
            assert!(
                kept(&anna).await.iter().any(|item| item["reason"] == "unknown_number"),
                "{body}"
            );
            waiting += 1;
            continue;
        };
        filed += 1;
        let thread = anna.messages(conversation.as_str()).await;
        let message = message.to_string();
        let found = thread.iter().find(|found| found["message_id"] == message.as_str()).unwrap();
        assert_eq!(found["body"], value(&form, "Body"), "{}", request["name"]);
        assert_eq!(found["mobile_number"], value(&form, "From"));
    }
    assert!(filed >= 15 && waiting >= 15, "{filed} {waiting}");
    desk.close().await;
}

#[tokio::test]
async fn every_recorded_report_is_taken_and_the_highest_status_stands() {
    let recorded = recorded();
    let desk = theirs(&recorded).await;
    let anna = desk.admin().await;
    let mut known: Vec<(String, Value)> = Vec::new();
    let mut last: Vec<(String, String)> = Vec::new();
    for request in recorded["requests"].as_array().unwrap() {
        if request["kind"] != "status_callback" {
            continue;
        }
        let form = form(request);
        let sid = value(&form, "MessageSid").to_owned();
        if !known.iter().any(|(other, _)| *other == sid) {
            let conversation = anna.start(&customer()).await;
            // Nothing but the recording reports on it.
            let message = anna.send(id(&conversation), "Hi").await;
            known.push((sid.clone(), message));
        }
        let message = &known.iter().find(|(other, _)| *other == sid).unwrap().1;
        let part = |name: &str| message[name].as_str().unwrap().to_owned();
        let target =
            format!("/twilio/deliveries/{}/{}", part("conversation_id"), part("message_id"));
        let webhook = Webhook::form(&desk, &target, &form);
        let answer = webhook.body(request["body"].as_str().unwrap()).send().await;
        assert_eq!(answer.status, 204, "{} {}", request["name"], answer.text);
        last.push((part("conversation_id"), value(&form, "MessageStatus").to_owned()));
    }
    assert!(last.len() >= 20, "{}", last.len());
    for (conversation, status) in last {
        let message = anna.messages(&conversation).await[0].clone();
        assert!(message["seen"][&status]["at"].is_string(), "{status} {message:#}");
    }
    desk.close().await;
}
