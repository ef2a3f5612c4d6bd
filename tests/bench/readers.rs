//! Readers on sockets: each takes a ticket, connects, watches five conversations as an open desk would, and notes
//! what it is shown.
//!
//! A text of a watched conversation is shown when it arrives in a message; any other text when it arrives as the
//! preview of its conversation; and either when the reader reads a conversation again because a frame told it to.
//! It is shown twice when it comes as two messages, or as the preview of two states of its conversation. The same
//! message or state once more is a repetition, which changes nothing on the screen; these are counted by themselves.

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

use crate::webhook::Webhooks;

/// When each post began, by the number in its text.
pub type Begun = Arc<Vec<OnceLock<Instant>>>;

#[derive(Deserialize)]
struct Frame {
    events: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    Conversation { conversation: Conversation },
    Message { message: Text },
    Intent {},
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
struct Text {
    message_id: String,
    body: String,
}

/// What one reader was shown.
#[derive(Default)]
pub struct Shown {
    /// The first time that each text was shown, since its post began; none for what a second reading brought.
    pub first: HashMap<usize, Option<Duration>>,
    /// Under which message or state each text was shown.
    states: HashSet<(usize, String)>,
    /// Texts of conversations that are not watched, shown by reading again.
    read_again: HashSet<usize>,
    /// Texts shown under a second one.
    pub twice: usize,
    /// The same once more.
    pub repeated: usize,
    /// Frames that told it to read again.
    pub reloads: usize,
}

impl Shown {
    /// A text that was read again in a conversation that is not watched, if it belongs to the measure.
    fn in_preview(&mut self, text: Option<(usize, Instant)>) {
        if let Some((n, _)) = text
            && let Entry::Vacant(place) = self.first.entry(n)
        {
            place.insert(None);
            self.read_again.insert(n);
        }
    }
}

/// The person behind the sockets.
#[derive(Clone)]
pub struct Person {
    client: Client,
    url: String,
    /// The access token.
    pub token: String,
}

impl Person {
    /// Signs in with the printed link.
    pub async fn sign_in(url: &str, link: &str) -> Self {
        let client = Client::builder().no_proxy().build().unwrap();
        let call = client.post(format!("{url}/api/session")).header("origin", url);
        let answer = call.json(&json!({ "link": link })).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { client, url: url.to_owned(), token }
    }

    /// An answer of the people's API.
    pub async fn get(&self, path: &str) -> Value {
        let call = self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
        call.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    /// The ids of the conversations, by the customer's number.
    pub async fn conversations(&self) -> HashMap<String, String> {
        let (mut all, mut cursor) = (HashMap::new(), String::new());
        loop {
            let page = self.get(&format!("/api/conversations?limit=100{cursor}")).await;
            for one in page["conversations"].as_array().unwrap() {
                let text = |name: &str| one[name].as_str().unwrap().to_owned();
                all.insert(text("mobile_number"), text("conversation_id"));
            }
            match page["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }

    async fn ticket(&self) -> (String, String) {
        let call = self.client.post(format!("{}/api/sockets/ticket", self.url));
        let call = call.bearer_auth(&self.token).header("origin", &self.url).json(&json!({}));
        let answer: Value = call.send().await.unwrap().json().await.unwrap();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        (text("ticket"), text("url"))
    }

    /// Connects and reads from now on; what it is shown is in the result at any time.
    pub async fn read(self, watched: Vec<String>, begun: Begun) -> Arc<Mutex<Shown>> {
        let (ticket, url) = self.ticket().await;
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        let offered = format!("partyline.v1, t.{ticket}");
        headers.insert("sec-websocket-protocol", offered.parse().unwrap());
        headers.insert("origin", self.url.parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        for id in &watched {
            let frame = json!({ "action": "watch", "conversation_id": id }).to_string();
            socket.send(Message::text(frame)).await.unwrap();
        }
        let shown = Arc::new(Mutex::new(Shown::default()));
        let reader = Reader { person: self, watched, begun, shown: shown.clone() };
        tokio::spawn(async move {
            while let Some(Ok(message)) = socket.next().await {
                if let Message::Text(text) = message {
                    reader.take(&text, Instant::now());
                }
            }
        });
        shown
    }
}

#[derive(Clone)]
struct Reader {
    person: Person,
    watched: Vec<String>,
    begun: Begun,
    shown: Arc<Mutex<Shown>>,
}

impl Reader {
    fn take(&self, frame: &str, now: Instant) {
        let frame: Frame = serde_json::from_str(frame).unwrap();
        for event in frame.events {
            match event {
                Event::Message { message } => {
                    self.show(&message.body, message.message_id, Some(now));
                }
                Event::Conversation { conversation } => {
                    let watched = self.watched.contains(&conversation.conversation_id);
                    if let Some(preview) = conversation.preview.filter(|_| !watched) {
                        self.show(&preview.body, conversation.rev.to_string(), Some(now));
                    }
                }
                Event::Intent {} => {}
                Event::Reload { conversation_ids } => {
                    self.shown.lock().unwrap().reloads += 1;
                    for id in conversation_ids {
                        tokio::spawn(self.clone().read_again(id));
                    }
                }
            }
        }
    }

    fn show(&self, body: &str, state: String, now: Option<Instant>) {
        let Some((n, begun)) = self.begun_at(body) else { return };
        let mut shown = self.shown.lock().unwrap();
        if !shown.states.insert((n, state)) {
            shown.repeated += 1;
            return;
        }
        // The preview may come after the reading that it was a part of: the same state, shown once.
        let read_before = shown.read_again.remove(&n);
        match shown.first.entry(n) {
            Entry::Vacant(place) => {
                place.insert(now.map(|now| now.duration_since(begun)));
            }
            Entry::Occupied(_) if read_before => shown.repeated += 1,
            Entry::Occupied(_) => shown.twice += 1,
        }
    }

    /// The number of a text that belongs to this measure, and when its post began.
    fn begun_at(&self, body: &str) -> Option<(usize, Instant)> {
        let n = Webhooks::read(body)?;
        Some((n, *self.begun.get(n).and_then(OnceLock::get)?))
    }

    /// What the page does when it is told to: the newest page of the conversation, through the same door.
    async fn read_again(self, id: String) {
        let page = self.person.get(&format!("/api/conversations/{id}/messages?limit=100")).await;
        for message in page["messages"].as_array().unwrap() {
            let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
            if self.watched.contains(&id) {
                self.show(&text("body"), text("message_id"), None);
            } else {
                self.shown.lock().unwrap().in_preview(self.begun_at(&text("body")));
            }
        }
    }
}
