//! The demo as a visitor finds it: told once, readable through the API.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use serde_json::{Value, json};
use shared::clock::Clock as _;

use super::story;
use crate::options::Options;
use crate::system::System;

struct Visitor {
    system: System,
    client: Client,
    token: String,
}

impl Visitor {
    async fn arrive(options: Options) -> Self {
        let system = System::start(options).await.unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        let link = json!({ "link": system.sign_in_token().await.unwrap() });
        let call = client.post(format!("{}/api/session", system.url())).json(&link);
        let answer = call.header("origin", system.url()).send().await.unwrap();
        let token = answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().into();
        Self { system, client, token }
    }

    async fn get(&self, path: &str) -> Value {
        let call = self.client.get(format!("{}{path}", self.system.url()));
        let answer = call.bearer_auth(&self.token).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    async fn list(&self, filter: &str) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/conversations?filter={filter}&limit=50{cursor}");
            let page = self.get(&path).await;
            all.extend(page["conversations"].as_array().unwrap().iter().cloned());
            match page["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    Options { demo: true, state: state.map(Path::to_owned), ..Options::in_memory(root) }
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn the_stories_are_many_and_none_is_like_another() {
    let stories = story::all().unwrap();
    let numbers: BTreeSet<&str> = stories.iter().map(|story| &*story.number).collect();
    assert_eq!(numbers.len(), stories.len());
    assert!(stories.len() >= 40);
    let mut texts = BTreeMap::<&str, u32>::new();
    for line in stories.iter().flat_map(|story| &story.lines) {
        *texts.entry(&line.body).or_default() += 1;
    }
    assert!(texts.len() >= 600, "{} different texts", texts.len());
    assert!(texts.values().all(|times| *times <= 3), "{texts:?}");
    let longest = texts.keys().map(|text| text.chars().count()).max().unwrap();
    assert!(longest > 400 && texts.keys().any(|text| text.chars().count() <= 2));
    for letters in ['ß', '¿', 'の', 'ش', '🚲'] {
        assert!(texts.keys().any(|text| text.contains(letters)), "{letters}");
    }
}

#[tokio::test]
async fn the_desk_is_in_use_three_days_long_in_every_state() {
    let visitor = Visitor::arrive(options(None)).await;
    let now = visitor.system.clock().now();
    let (open, closed) = (visitor.list("open").await, visitor.list("closed").await);
    let unread = visitor.list("unread").await;
    assert!(open.len() >= 40 && closed.len() >= 5 && unread.len() >= 10);
    assert!(open.iter().any(|conversation| conversation["contact_name"].is_null()));
    let regions: BTreeSet<String> =
        open.iter().map(|conversation| conversation["number"]["region"].to_string()).collect();
    assert!(regions.len() >= 6, "{regions:?}");
    let (mut count, mut states) = (0, BTreeSet::new());
    for conversation in open.iter().chain(&closed) {
        let messages = visitor.messages(conversation).await;
        count += messages.len();
        let last = messages.last().unwrap();
        assert_eq!(conversation["date_updated"], last["date_created"]);
        assert!(conversation["preview"]["body"].as_str().is_some());
        let unread = messages.iter().rev().take_while(|m| m["direction"] == "inbound").count();
        let counted = conversation["unread_count"].as_u64().unwrap();
        assert!(counted == 0 || counted == unread as u64, "{conversation}");
        assert!(messages.is_sorted_by_key(|m| m["message_id"].as_str().unwrap().to_owned()));
        for message in &messages {
            let age = now.duration_since(time(&message["date_created"]));
            assert!((SignedDuration::ZERO..SignedDuration::from_hours(72)).contains(&age));
            let code = message["error"]["code"].as_u64().map_or(String::new(), |c| format!(" {c}"));
            states.insert(format!("{}{code}", message["status"].as_str().unwrap()));
            if message["status"] == "delivered" {
                assert!(time(&message["seen"]["sent"]["at"]) > time(&message["date_created"]));
            }
        }
        assert!(messages.iter().all(|m| m["retried_by"].is_null() || m["error"].is_object()));
    }
    assert!(count >= 600, "{count} messages");
    let expected = "delivered failed queued received refused sent unconfirmed undelivered unknown";
    let words: BTreeSet<&str> = states.iter().filter_map(|s| s.split(' ').next()).collect();
    assert_eq!(words.into_iter().collect::<Vec<_>>().join(" "), expected);
    for state in ["undelivered 30003", "undelivered 30006", "undelivered 30007", "refused 21610"] {
        assert!(states.contains(state), "{state} is not among {states:?}");
    }
    visitor.system.stop().await;
}

#[tokio::test]
async fn it_is_found_by_name_stands_on_the_bench_and_is_sent_to_nobody() {
    let visitor = Visitor::arrive(options(None)).await;
    let found = visitor.get("/api/conversations?search=gro%C3%9F").await;
    assert_eq!(found["conversations"][0]["contact_name"], "Jürgen Großmann");
    let bench = visitor.get("/phones/api/phones").await;
    assert!(bench["phones"].as_array().unwrap().len() >= 5);
    let shown = visitor.get("/phones/api/phones/+12065550142/messages").await;
    assert_eq!(shown["messages"].as_array().unwrap().len(), 16);
    visitor.system.settle().await;
    assert!(visitor.system.twilio().unwrap().creates().is_empty());
    assert!(visitor.system.twilio().unwrap().webhooks().is_empty());
    visitor.system.stop().await;
}

#[tokio::test]
async fn told_again_it_adds_nothing_and_leaves_what_was_done_since() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let first = Visitor::arrive(options(Some(&state))).await;
    let (open, closed) = (first.list("open").await, first.list("closed").await);
    let seen = closed[0].clone();
    let id = seen["conversation_id"].as_str().unwrap();
    let path = format!("{}/api/conversations/{id}", first.system.url());
    let reopened = first.client.patch(path).bearer_auth(&first.token);
    let reopened = reopened.json(&json!({ "status": "open" })).send().await.unwrap();
    assert_eq!(reopened.status(), 200);
    let before = first.system.twilio().unwrap().messages().unwrap().len();
    first.system.stop().await;
    let again = Visitor::arrive(options(Some(&state))).await;
    assert_eq!(again.list("open").await.len(), open.len() + 1);
    assert_eq!(again.list("closed").await.len(), closed.len() - 1);
    for conversation in again.list("open").await.iter().take(5) {
        let same = open.iter().find(|o| o["conversation_id"] == conversation["conversation_id"]);
        assert!(same.is_none_or(|same| same == conversation));
    }
    assert_eq!(again.system.twilio().unwrap().messages().unwrap().len(), before);
    again.system.stop().await;
}

#[tokio::test]
async fn other_channels_and_their_files_stand_on_the_desk_and_on_the_phones() {
    let visitor = Visitor::arrive(options(None)).await;
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
                let answer = visitor.client.get(url).send().await.unwrap();
                assert_eq!(answer.status(), 200);
                assert_eq!(answer.content_length(), media["size"].as_u64());
            }
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["audio", "contact", "document", "image"]);
    let grace = open.iter().find(|c| c["mobile_number"] == "whatsapp:+12065550196").unwrap();
    let told = visitor.messages(grace).await;
    let of = |field: &str| told.iter().find(|m| !m["particulars"][field].is_null()).unwrap();
    assert_eq!(of("location")["particulars"]["location"]["label"], "Pike Place Market");
    assert_eq!(of("button")["body"], "Yes, please fetch it");
    let answered = &of("reply_to")["particulars"]["reply_to"]["message_id"];
    assert!(told.iter().any(|message| message["message_id"] == *answered));
    let shown = visitor.get("/phones/api/phones/whatsapp:+12065550196/messages").await;
    let files = shown["messages"].as_array().unwrap().iter();
    assert_eq!(files.map(|m| m["media"].as_array().unwrap().len()).sum::<usize>(), 2);
    visitor.system.stop().await;
}
