//! Tests of the demo through the API.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use serde_json::{Value, json};
use shared::clock::Clock as _;

use super::story;
use crate::options::Options;
use crate::system::System;

struct DemoFixture {
    system: System,
    client: Client,
    token: String,
}

impl DemoFixture {
    async fn start(options: Options) -> Self {
        let system = System::start(options).await.unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        let link = json!({ "link_token": system.sign_in_token().await.unwrap() });
        let call = client.post(format!("{}/api/session", system.url())).json(&link);
        let response = call.header("origin", system.url()).send().await.unwrap();
        let token =
            response.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().into();
        Self { system, client, token }
    }

    async fn get(&self, path: &str) -> Value {
        let call = self.client.get(format!("{}{path}", self.system.url()));
        let response = call.bearer_auth(&self.token).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    async fn list(&self, filter: &str) -> Vec<Value> {
        let (mut conversations, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/conversations?filter={filter}&limit=50{cursor}");
            let page = self.get(&path).await;
            conversations.extend(page["conversations"].as_array().unwrap().iter().cloned());
            match page["cursor"].as_str() {
                Some(next_cursor) => cursor = format!("&cursor={next_cursor}"),
                None => return conversations,
            }
        }
    }

    async fn messages(&self, conversation: &Value) -> Vec<Value> {
        let id = conversation["conversation_id"].as_str().unwrap();
        let page = self.get(&format!("/api/conversations/{id}/messages?limit=100")).await;
        page["messages"].as_array().unwrap().clone()
    }
}

fn options(state: Option<&Path>) -> Options {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Options { demo: true, state: state.map(Path::to_owned), ..Options::in_memory(root).unwrap() }
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn there_are_at_least_40_stories_and_no_two_are_alike() {
    let stories = story::load_all().unwrap();
    let numbers: BTreeSet<&str> = stories.iter().map(|story| &*story.number).collect();
    assert_eq!(numbers.len(), stories.len());
    assert!(stories.len() >= 40);
    let mut texts = BTreeMap::<&str, u32>::new();
    for line in stories.iter().flat_map(|story| &story.messages) {
        *texts.entry(&line.body).or_default() += 1;
    }
    assert!(texts.len() >= 600, "{} different texts", texts.len());
    assert!(texts.values().all(|times| *times <= 3), "{texts:?}");
    let max_chars = texts.keys().map(|text| text.chars().count()).max().unwrap();
    assert!(max_chars > 400 && texts.keys().any(|text| text.chars().count() <= 2));
    for letters in ['ß', '¿', 'の', 'ش', '🚲'] {
        assert!(texts.keys().any(|text| text.contains(letters)), "{letters}");
    }
}

#[tokio::test]
async fn the_demo_covers_three_days_and_every_message_status() {
    let visitor = DemoFixture::start(options(None)).await;
    let now = visitor.system.clock().now();
    let (open, closed) = (visitor.list("open").await, visitor.list("closed").await);
    let unread = visitor.list("unread").await;
    assert!(open.len() >= 40 && closed.len() >= 5 && unread.len() >= 10);
    assert!(open.iter().any(|conversation| conversation["contact_name"].is_null()));
    let regions: BTreeSet<String> = open
        .iter()
        .map(|conversation| conversation["phone_number"]["region"].to_string())
        .collect();
    assert!(regions.len() >= 6, "{regions:?}");
    let (mut count, mut states) = (0, BTreeSet::new());
    for conversation in open.iter().chain(&closed) {
        let messages = visitor.messages(conversation).await;
        count += messages.len();
        let last = messages.last().unwrap();
        assert_eq!(conversation["date_updated"], last["date_created"]);
        assert!(conversation["preview"]["body"].as_str().is_some());
        let unread = messages.iter().rev().take_while(|m| m["direction"] == "inbound").count();
        let unread_count = conversation["unread_count"].as_u64().unwrap();
        assert!(unread_count == 0 || unread_count == unread as u64, "{conversation}");
        assert!(messages.is_sorted_by_key(|m| m["message_id"].as_str().unwrap().to_owned()));
        for message in &messages {
            let age = now.duration_since(time(&message["date_created"]));
            assert!((SignedDuration::ZERO..SignedDuration::from_hours(72)).contains(&age));
            let code = message["error"]["code"].as_u64().map_or(String::new(), |c| format!(" {c}"));
            states.insert(format!("{}{code}", message["status"].as_str().unwrap()));
            if message["status"] == "delivered" {
                assert!(time(&message["statuses"]["sent"]["at"]) > time(&message["date_created"]));
            }
        }
        assert!(messages.iter().all(|m| m["retried_by"].is_null() || m["error"].is_object()));
    }
    assert!(count >= 600, "{count} messages");
    let expected = "delivered failed queued received rejected sent unconfirmed undelivered unknown";
    let words: BTreeSet<&str> = states.iter().filter_map(|s| s.split(' ').next()).collect();
    assert_eq!(words.into_iter().collect::<Vec<_>>().join(" "), expected);
    for state in ["undelivered 30003", "undelivered 30006", "undelivered 30007", "rejected 21610"] {
        assert!(states.contains(state), "{state} is not among {states:?}");
    }
    visitor.system.stop().await;
}

#[tokio::test]
async fn demo_conversations_are_searchable_visible_on_phones_and_not_sent() {
    let visitor = DemoFixture::start(options(None)).await;
    let results = visitor.get("/api/conversations?search=gro%C3%9F").await;
    assert_eq!(results["conversations"][0]["contact_name"], "Jürgen Großmann");
    let phones = visitor.get("/phones/api/phones").await;
    assert!(phones["phones"].as_array().unwrap().len() >= 5);
    let screen = visitor.get("/phones/api/phones/+12065550142/messages").await;
    assert_eq!(screen["messages"].as_array().unwrap().len(), 16);
    visitor.system.wait_until_idle().await;
    assert!(visitor.system.twilio().unwrap().creates().is_empty());
    assert!(visitor.system.twilio().unwrap().webhooks().is_empty());
    visitor.system.stop().await;
}

#[tokio::test]
async fn loading_the_demo_twice_adds_nothing_and_keeps_later_changes() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let first = DemoFixture::start(options(Some(&state))).await;
    let (open, closed) = (first.list("open").await, first.list("closed").await);
    let closed_conversation = closed[0].clone();
    let id = closed_conversation["conversation_id"].as_str().unwrap();
    let path = format!("{}/api/conversations/{id}", first.system.url());
    let reopened = first.client.patch(path).bearer_auth(&first.token);
    let response = reopened.json(&json!({ "status": "open" })).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let before = first.system.twilio().unwrap().messages().unwrap().len();
    first.system.stop().await;
    let second = DemoFixture::start(options(Some(&state))).await;
    assert_eq!(second.list("open").await.len(), open.len() + 1);
    assert_eq!(second.list("closed").await.len(), closed.len() - 1);
    for conversation in second.list("open").await.iter().take(5) {
        let known = open.iter().find(|o| o["conversation_id"] == conversation["conversation_id"]);
        assert!(known.is_none_or(|same| same == conversation));
    }
    assert_eq!(second.system.twilio().unwrap().messages().unwrap().len(), before);
    second.system.stop().await;
}

#[tokio::test]
async fn other_channels_and_their_files_appear_in_the_desk_and_on_the_phones() {
    let visitor = DemoFixture::start(options(None)).await;
    let open = visitor.list("open").await;
    let channels: BTreeSet<&str> =
        open.iter().map(|conversation| conversation["channel"].as_str().unwrap()).collect();
    assert_eq!(channels.into_iter().collect::<Vec<_>>(), ["messenger", "sms", "whatsapp"]);
    let mut kinds = BTreeSet::new();
    for conversation in &open {
        let id = conversation["conversation_id"].as_str().unwrap();
        for message in visitor.messages(conversation).await {
            for media in message["media"].as_array().unwrap() {
                kinds.insert(media["kind"].as_str().unwrap().to_owned());
                let message = message["message_id"].as_str().unwrap();
                let path = format!("/api/conversations/{id}/messages/{message}/media/0");
                let link = visitor.get(&path).await;
                let url = format!("{}{}", visitor.system.url(), link["url"].as_str().unwrap());
                let response = visitor.client.get(url).send().await.unwrap();
                assert_eq!(response.status(), 200);
                assert_eq!(response.content_length(), media["size"].as_u64());
            }
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["audio", "contact", "document", "image"]);
    let grace = open.iter().find(|c| c["mobile_number"] == "whatsapp:+12065550196").unwrap();
    let messages = visitor.messages(grace).await;
    let find_with = |field: &str| messages.iter().find(|m| !m["extras"][field].is_null()).unwrap();
    assert_eq!(find_with("location")["extras"]["location"]["label"], "Pike Place Market");
    assert_eq!(find_with("button")["body"], "Yes, please fetch it");
    let replied_to = &find_with("reply_to")["extras"]["reply_to"]["message_id"];
    assert!(messages.iter().any(|message| message["message_id"] == *replied_to));
    let screen = visitor.get("/phones/api/phones/whatsapp:+12065550196/messages").await;
    let files = screen["messages"].as_array().unwrap().iter();
    assert_eq!(files.map(|m| m["media"].as_array().unwrap().len()).sum::<usize>(), 2);
    visitor.system.stop().await;
}
