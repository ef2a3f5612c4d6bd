//! The socket of a page: its ticket, its watched conversations and its live events.

use std::collections::VecDeque;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{TestSystem, TestUser, document, wait_for, with_timeout};

/// An open socket.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The connection ID.
    pub id: String,
    /// The selected subprotocol.
    pub protocol: Option<String>,
    pending_events: VecDeque<Value>,
    sequence: u64,
}

impl Socket {
    /// Returns a new ticket for a user, issued to our origin.
    pub async fn issue_ticket(user: &TestUser<'_>) -> String {
        let request = user.call(Method::POST, "/api/sockets/ticket").json(&json!({}));
        let origin = user.system.url("");
        let issued = request.header("origin", &origin).send().await.expect_status(200);
        assert_eq!(issued["url"], user.system.url("/ws").replacen("http", "ws", 1));
        issued["ticket"].as_str().unwrap().to_owned()
    }

    /// Opens a socket like our page does.
    pub async fn connect(user: &TestUser<'_>) -> Self {
        let ticket = Self::issue_ticket(user).await;
        let protocols = format!("partyline.v1, t.{ticket}");
        let origin = user.system.url("");
        Self::try_connect(user.system, Some(&origin), Some(&protocols)).await.unwrap()
    }

    /// Opens a socket with this origin and these subprotocols. Returns the HTTP status if it is rejected.
    pub async fn try_connect(
        system: &TestSystem,
        origin: Option<&str>,
        protocols: Option<&str>,
    ) -> Result<Self, u16> {
        let url = system.url("/ws").replacen("http", "ws", 1);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in [("origin", origin), ("sec-websocket-protocol", protocols)] {
            if let Some(value) = value {
                request.headers_mut().insert(name, value.parse().unwrap());
            }
        }
        let ids_before = connection_ids(system);
        match with_timeout("a socket to open", connect_async(request)).await {
            Ok((stream, response)) => {
                let protocol = response.headers().get("sec-websocket-protocol");
                let protocol = protocol.map(|name| name.to_str().unwrap().to_owned());
                let id =
                    connection_ids(system).into_iter().find(|id| !ids_before.contains(id)).unwrap();
                Ok(Self { stream, id, protocol, pending_events: VecDeque::new(), sequence: 0 })
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("neither opened nor rejected: {error}"),
        }
    }

    /// Sends a text frame.
    pub async fn send_text(&mut self, text: impl Into<String>) {
        self.send(Message::text(text.into())).await;
    }

    /// Sends any WebSocket message.
    pub async fn send(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// Watches one more conversation, and waits until this is stored.
    pub async fn watch(&mut self, system: &TestSystem, conversation: &str) {
        let mut watched = watched_conversations(system, &self.id).await;
        watched.push(conversation.to_owned());
        self.send_watched(&watched).await;
        self.wait_until_watched(system, conversation, true).await;
    }

    /// Stops watching a conversation, and waits until this is stored.
    pub async fn unwatch(&mut self, system: &TestSystem, conversation: &str) {
        let mut watched = watched_conversations(system, &self.id).await;
        watched.retain(|id| id != conversation);
        self.send_watched(&watched).await;
        self.wait_until_watched(system, conversation, false).await;
    }

    async fn send_watched(&mut self, conversation_ids: &[String]) {
        self.sequence += 1;
        let frame = json!({
            "action": "watch", "conversation_ids": conversation_ids, "sequence": self.sequence,
        });
        self.send_text(frame.to_string()).await;
    }

    async fn wait_until_watched(&self, system: &TestSystem, conversation: &str, expected: bool) {
        wait_for("the socket's row to say what it watches", || async {
            let watched = watched_conversations(system, &self.id).await;
            (watched.iter().any(|id| id == conversation) == expected).then_some(())
        })
        .await;
    }

    /// Sends the watched conversations, and waits until the frame was processed.
    pub async fn set_watched(
        &mut self,
        system: &TestSystem,
        conversation_ids: &[String],
        sequence: u64,
    ) {
        let functions = system.inner().functions();
        let invocations_before = functions.invocations();
        let frame = json!({ "action": "watch", "conversation_ids": conversation_ids, "sequence": sequence });
        self.send_text(frame.to_string()).await;
        wait_for("the frame to be heard", || async {
            (functions.invocations() > invocations_before).then_some(())
        })
        .await;
        functions.wait_until_idle().await;
    }

    /// Returns the next event.
    pub async fn next_event(&mut self) -> Value {
        loop {
            if let Some(event) = self.pending_events.pop_front() {
                return event;
            }
            let frame = with_timeout("an event", self.stream.next()).await;
            match frame.expect("the socket has ended").unwrap() {
                Message::Text(text) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    document::check_frame(&frame);
                    self.pending_events.extend(frame["events"].as_array().unwrap().iter().cloned());
                }
                Message::Ping(_) | Message::Pong(_) => {}
                message => panic!("expected an event, got {message:?}"),
            }
        }
    }

    /// Returns the first event that matches, and skips the events before it.
    pub async fn wait_for(&mut self, predicate: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.next_event().await;
            if predicate(&event) {
                return event;
            }
        }
    }

    /// Returns all events up to and including the first that matches.
    pub async fn events_until(&mut self, predicate: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            events.push(self.next_event().await);
            if events.last().is_some_and(&predicate) {
                return events;
            }
        }
    }

    /// Returns the next message event with this text.
    pub async fn wait_for_message(&mut self, body: &str) -> Value {
        self.wait_for(|event| event["message"]["body"] == body).await["message"].clone()
    }

    /// Returns the next conversation event with this preview.
    pub async fn wait_for_preview(&mut self, body: &str) -> Value {
        let predicate = |event: &Value| event["conversation"]["preview"]["body"] == body;
        self.wait_for(predicate).await["conversation"].clone()
    }

    /// Reads all frames until the socket is closed. Returns the close code, or 1006 if the connection was lost.
    pub async fn wait_for_close(&mut self) -> u16 {
        loop {
            match with_timeout("the socket to end", self.stream.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return 1006,
            }
        }
    }

    /// Closes the socket.
    pub async fn close(mut self) {
        self.stream.close(None).await.unwrap();
    }
}

impl TestUser<'_> {
    /// Opens a socket.
    pub async fn open_socket(&self) -> Socket {
        Socket::connect(self).await
    }
}

fn connection_ids(system: &TestSystem) -> Vec<String> {
    let connections = system.inner().connections().unwrap().list();
    connections.into_iter().map(|connection| connection.id).collect()
}

/// Returns the stored watched conversations of a connection.
pub async fn watched_conversations(system: &TestSystem, id: &str) -> Vec<String> {
    let row = system.inner().store().get_connection(id).await.unwrap();
    let watched = row.map(|row| row.watched).unwrap_or_default();
    watched.iter().map(ToString::to_string).collect()
}

/// Returns the IDs of all stored connections.
pub async fn stored_connection_ids(system: &TestSystem) -> Vec<String> {
    let rows = system.inner().store().list_connections().await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}
