//! A page's socket: a ticket, what it watches, and the events that come.

use std::collections::VecDeque;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Desk, Person, document, in_time, until};

/// An open socket.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Its id, as functions know it.
    pub id: String,
    /// The subprotocol that was chosen.
    pub protocol: Option<String>,
    waiting: VecDeque<Value>,
}

impl Socket {
    /// A fresh ticket of a person, for a page of ours.
    pub async fn ticket(person: &Person<'_>) -> String {
        let call = person.call(Method::POST, "/api/sockets/ticket").json(&json!({}));
        let origin = person.desk.url("");
        let issued = call.header("origin", &origin).send().await.is(200);
        assert_eq!(issued["url"], person.desk.url("/ws").replacen("http", "ws", 1));
        issued["ticket"].as_str().unwrap().to_owned()
    }

    /// A socket as a page of ours opens it.
    pub async fn open(person: &Person<'_>) -> Self {
        let ticket = Self::ticket(person).await;
        let protocols = format!("partyline.v1, t.{ticket}");
        let origin = person.desk.url("");
        Self::attempt(person.desk, Some(&origin), Some(&protocols)).await.unwrap()
    }

    /// A socket with this Origin and these subprotocols; a refusal's status if it does not open.
    pub async fn attempt(
        desk: &Desk,
        origin: Option<&str>,
        protocols: Option<&str>,
    ) -> Result<Self, u16> {
        let url = desk.url("/ws").replacen("http", "ws", 1);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in [("origin", origin), ("sec-websocket-protocol", protocols)] {
            if let Some(value) = value {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
        }
        let before = ids(desk);
        match in_time("a socket to open", connect_async(request)).await {
            Ok((stream, answer)) => {
                let protocol = answer.headers().get("sec-websocket-protocol");
                let protocol = protocol.map(|name| name.to_str().unwrap().to_owned());
                let id = ids(desk).into_iter().find(|id| !before.contains(id)).unwrap();
                Ok(Self { stream, id, protocol, waiting: VecDeque::new() })
            }
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(other) => panic!("neither opened nor refused: {other}"),
        }
    }

    /// Sends a text.
    pub async fn say(&mut self, text: impl Into<String>) {
        self.send(Message::text(text.into())).await;
    }

    /// Sends any message.
    pub async fn send(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// Watches a conversation, from when this returns.
    pub async fn watch(&mut self, desk: &Desk, conversation: &str) {
        self.say(json!({ "action": "watch", "conversation_id": conversation }).to_string()).await;
        self.watches(desk, conversation, true).await;
    }

    /// No longer watches a conversation, from when this returns.
    pub async fn unwatch(&mut self, desk: &Desk, conversation: &str) {
        self.say(json!({ "action": "unwatch", "conversation_id": conversation }).to_string()).await;
        self.watches(desk, conversation, false).await;
    }

    async fn watches(&self, desk: &Desk, conversation: &str, wanted: bool) {
        until("the socket's row to say what it watches", || async {
            let watching = watching(desk, &self.id).await;
            (watching.iter().any(|id| id == conversation) == wanted).then_some(())
        })
        .await;
    }

    /// Says which conversations the page shows, and waits until that was dealt with.
    pub async fn show(&mut self, desk: &Desk, shown: &[String], turn: u64) {
        let functions = desk.system().functions();
        let before = functions.invocations();
        let frame = json!({ "action": "show", "conversation_ids": shown, "turn": turn });
        self.say(frame.to_string()).await;
        until("the frame to be heard", || async {
            (functions.invocations() > before).then_some(())
        })
        .await;
        functions.idle().await;
    }

    /// The next event, whatever it is.
    pub async fn event(&mut self) -> Value {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return event;
            }
            let frame = in_time("an event", self.stream.next()).await;
            match frame.expect("the socket has ended").unwrap() {
                Message::Text(text) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    document::check_frame(&frame);
                    self.waiting.extend(frame["events"].as_array().unwrap().iter().cloned());
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("an event was expected, not {other:?}"),
            }
        }
    }

    /// The first event that `fits`; those before it are skipped.
    pub async fn wait_for(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.event().await;
            if fits(&event) {
                return event;
            }
        }
    }

    /// Every event up to the first that `fits`, that one included.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            events.push(self.event().await);
            if events.last().is_some_and(&fits) {
                return events;
            }
        }
    }

    /// The message event with this text.
    pub async fn message(&mut self, body: &str) -> Value {
        self.wait_for(|event| event["message"]["body"] == body).await["message"].clone()
    }

    /// The conversation event whose last text is this.
    pub async fn preview(&mut self, body: &str) -> Value {
        let fits = |event: &Value| event["conversation"]["preview"]["body"] == body;
        self.wait_for(fits).await["conversation"].clone()
    }

    /// The close code, once everything before it is read; 1006 if the line was cut.
    pub async fn ended(&mut self) -> u16 {
        loop {
            match in_time("the socket to end", self.stream.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return 1006,
            }
        }
    }

    /// Says goodbye.
    pub async fn close(mut self) {
        self.stream.close(None).await.unwrap();
    }
}

fn ids(desk: &Desk) -> Vec<String> {
    let open = desk.system().connections().unwrap().list();
    open.into_iter().map(|connection| connection.id).collect()
}

/// What the row of a socket says that it watches.
pub async fn watching(desk: &Desk, id: &str) -> Vec<String> {
    let row = desk.system().store().connection(id).await.unwrap();
    let watching = row.map(|row| row.watching).unwrap_or_default();
    watching.iter().map(ToString::to_string).collect()
}

/// The ids of all sockets that have a row.
pub async fn known(desk: &Desk) -> Vec<String> {
    let rows = desk.system().store().all_connections().await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}
