//! Readers on sockets. Each gets a ticket, connects, watches five conversations and records the texts it is shown.
//!
//! A text in a watched conversation is shown when its message arrives, and any other text when it arrives as the
//! preview of its conversation. Both are also shown when the reader reloads a conversation because of a frame. A text
//! is a duplicate if it arrives in two messages or as the preview of two revisions. The same message or revision again
//! is a repetition, which changes nothing on the screen; repetitions are counted separately.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Client;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::webhook::WebhookFactory;

/// The start of each post, by the number in its text.
pub type PostedMessages = Arc<Vec<OnceLock<Instant>>>;

#[derive(Deserialize)]
struct LiveFrame {
    events: Vec<LiveEvent>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum LiveEvent {
    Conversation { conversation: Conversation },
    Message { message: MessageText },
    Outbox {},
    Reload { conversation_ids: Vec<String> },
}

#[derive(Deserialize)]
struct Conversation {
    conversation_id: String,
    rev: u64,
    preview: Option<Preview>,
}

#[derive(Deserialize)]
struct Preview {
    body: String,
}

#[derive(Deserialize)]
struct MessageText {
    message_id: String,
    body: String,
}

/// The texts that one reader was shown.
#[derive(Default)]
pub struct ShownMessages {
    /// The time from each post until its text was shown first; `None` if a reload showed it.
    pub push_times: HashMap<usize, Option<Duration>>,
    /// The message or revision in which each text was shown.
    seen_states: HashSet<(usize, String)>,
    /// The number of texts in unwatched conversations that a reload showed.
    reloaded: HashSet<usize>,
    /// The number of duplicates.
    pub shown_twice: usize,
    /// The number of repetitions.
    pub repeated: usize,
    /// The number of frames that requested a reload.
    pub reloads: usize,
}

impl ShownMessages {
    /// Records a text of an unwatched conversation from a reload, if it belongs to this run.
    fn record_preview(&mut self, text: Option<(usize, Instant)>) {
        if let Some((n, _)) = text
            && let Entry::Vacant(entry) = self.push_times.entry(n)
        {
            entry.insert(None);
            self.reloaded.insert(n);
        }
    }
}

/// The signed-in user of the readers.
#[derive(Clone)]
pub struct BenchUser {
    client: Client,
    url: String,
    /// The access token.
    pub token: String,
}

impl BenchUser {
    /// Signs in by the printed link.
    pub async fn sign_in(url: &str, sign_in_token: &str) -> Self {
        let client = Client::builder().no_proxy().build().unwrap();
        let request = client.post(format!("{url}/api/session")).header("origin", url);
        let response = request.json(&json!({ "link_token": sign_in_token })).send().await.unwrap();
        let response: Value = response.json().await.unwrap();
        let token = response["access_token"].as_str().unwrap().to_owned();
        Self { client, url: url.to_owned(), token }
    }

    /// Returns the response of an API route.
    pub async fn get(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    /// Returns the conversation IDs by the customers' numbers.
    pub async fn conversations(&self) -> HashMap<String, String> {
        let (mut conversations, mut cursor) = (HashMap::new(), String::new());
        loop {
            let page = self.get(&format!("/api/conversations?limit=100{cursor}")).await;
            for conversation in page["conversations"].as_array().unwrap() {
                let text = |name: &str| conversation[name].as_str().unwrap().to_owned();
                conversations.insert(text("mobile_number"), text("conversation_id"));
            }
            match page["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return conversations,
            }
        }
    }

    async fn issue_ticket(&self) -> (String, String) {
        let request = self.client.post(format!("{}/api/sockets/ticket", self.url));
        let request = request.bearer_auth(&self.token).header("origin", &self.url).json(&json!({}));
        let response: Value = request.send().await.unwrap().json().await.unwrap();
        let text = |name: &str| response[name].as_str().unwrap().to_owned();
        (text("ticket"), text("url"))
    }

    /// Connects a reader. Its results are updated in the background.
    pub async fn start_reader(
        self,
        watched: Vec<String>,
        posted: PostedMessages,
    ) -> Arc<Mutex<ShownMessages>> {
        let (ticket, url) = self.issue_ticket().await;
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        let protocols = format!("partyline.v1, t.{ticket}");
        headers.insert("sec-websocket-protocol", protocols.parse().unwrap());
        headers.insert("origin", self.url.parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let frame = json!({ "action": "watch", "conversation_ids": &watched, "sequence": 1 });
        socket.send(Message::text(frame.to_string())).await.unwrap();
        let shown = Arc::new(Mutex::new(ShownMessages::default()));
        let reader = Reader { user: self, watched, posted, shown: shown.clone() };
        tokio::spawn(async move {
            while let Some(Ok(message)) = socket.next().await {
                if let Message::Text(text) = message {
                    reader.apply_frame(&text, Instant::now());
                }
            }
        });
        shown
    }
}

#[derive(Clone)]
struct Reader {
    user: BenchUser,
    watched: Vec<String>,
    posted: PostedMessages,
    shown: Arc<Mutex<ShownMessages>>,
}

impl Reader {
    fn apply_frame(&self, frame: &str, now: Instant) {
        let frame: LiveFrame = serde_json::from_str(frame).unwrap();
        for event in frame.events {
            match event {
                LiveEvent::Message { message } => {
                    self.record_shown(&message.body, message.message_id, Some(now));
                }
                LiveEvent::Conversation { conversation } => {
                    let watched = self.watched.contains(&conversation.conversation_id);
                    if let Some(preview) = conversation.preview.filter(|_| !watched) {
                        self.record_shown(&preview.body, conversation.rev.to_string(), Some(now));
                    }
                }
                LiveEvent::Outbox {} => {}
                LiveEvent::Reload { conversation_ids } => {
                    self.shown.lock().unwrap().reloads += 1;
                    for id in conversation_ids {
                        tokio::spawn(self.clone().reload_messages(id));
                    }
                }
            }
        }
    }

    fn record_shown(&self, body: &str, state: String, now: Option<Instant>) {
        let Some((n, posted_at)) = self.posted_at(body) else { return };
        let mut shown = self.shown.lock().unwrap();
        if !shown.seen_states.insert((n, state)) {
            shown.repeated += 1;
            return;
        }
        // The preview may arrive after a reload that already showed the same revision.
        let was_reloaded = shown.reloaded.remove(&n);
        match shown.push_times.entry(n) {
            Entry::Vacant(entry) => {
                entry.insert(now.map(|now| now.duration_since(posted_at)));
            }
            Entry::Occupied(_) if was_reloaded => shown.repeated += 1,
            Entry::Occupied(_) => shown.shown_twice += 1,
        }
    }

    /// Returns the number of a text of this run, and the start of its post.
    fn posted_at(&self, body: &str) -> Option<(usize, Instant)> {
        let n = WebhookFactory::parse_text(body)?;
        Some((n, *self.posted.get(n).and_then(OnceLock::get)?))
    }

    /// Reads the newest page of a conversation, as the page does on a reload.
    async fn reload_messages(self, id: String) {
        let page = self.user.get(&format!("/api/conversations/{id}/messages?limit=100")).await;
        for message in page["messages"].as_array().unwrap() {
            let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
            if self.watched.contains(&id) {
                self.record_shown(&text("body"), text("message_id"), None);
            } else {
                self.shown.lock().unwrap().record_preview(self.posted_at(&text("body")));
            }
        }
    }
}
