//! One open socket: frames both ways, and AWS's limits on size, silence and life.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use data_encoding::BASE64;
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use super::event::{Ending, disconnect, message};
use super::{Connection, Order, Sockets};

/// The largest frame that a browser may send, in bytes.
pub(super) const FRAME_LIMIT: usize = 32 * 1024;
/// The largest message, of any number of frames, either way.
pub(super) const MESSAGE_LIMIT: usize = 128 * 1024;
/// A socket that is silent for so long is closed.
pub(super) const IDLE_LIMIT: Duration = Duration::from_mins(10);
/// No socket lives longer.
pub(super) const LIFE_LIMIT: Duration = Duration::from_hours(2);
/// How long a browser may take to accept a frame, or to let a closed socket go.
const PATIENCE: Duration = Duration::from_secs(10);

type Stream = WebSocketStream<TokioIo<Upgraded>>;

/// One open socket.
pub(super) struct Session {
    /// All of them.
    pub(super) sockets: Sockets,
    /// This one.
    pub(super) connection: Connection,
    /// What it is told to do.
    pub(super) orders: mpsc::Receiver<Order>,
    /// Whether frames to it are lost silently.
    pub(super) deaf: Arc<AtomicBool>,
}

/// What one turn of the loop came to.
enum Turn {
    /// Something went over the line.
    Active,
    /// Nothing that counts.
    Quiet,
    /// It is over; whether the line is still there to say so, and whether `$disconnect` is told.
    Over { ending: Ending, say: Option<CloseCode>, tell: bool },
}

impl Session {
    /// Serves the socket until it ends.
    pub(super) async fn run(mut self, stream: Upgraded) {
        let config = WebSocketConfig::default()
            .max_frame_size(Some(FRAME_LIMIT))
            .max_message_size(Some(MESSAGE_LIMIT));
        let stream = TokioIo::new(stream);
        let mut stream = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        let clock = Arc::clone(&self.sockets.inner.clock);
        let mut life = clock.sleep(LIFE_LIMIT);
        let mut idle = clock.sleep(IDLE_LIMIT);
        let (ending, say, tell) = loop {
            let turn = tokio::select! {
                order = self.orders.recv() => self.obey(order, &mut stream).await,
                frame = stream.next() => self.hear(frame),
                () = &mut idle => over(1001, "Going away", Some(CloseCode::Away)),
                () = &mut life => over(1001, "Going away", Some(CloseCode::Away)),
            };
            match turn {
                Turn::Active => {
                    idle = clock.sleep(IDLE_LIMIT);
                    self.sockets.touch(&self.connection.id);
                }
                Turn::Quiet => {}
                Turn::Over { ending, say, tell } => break (ending, say, tell),
            }
        };
        self.sockets.forget(&self.connection.id);
        if ending.code != 1006 && say.is_none() {
            // The answer to the browser's own close frame is queued; how its sending ends is of no interest.
            drop(stream.flush().await);
        }
        if let Some(code) = say {
            let goodbye = hang_up(stream, code, ending.reason.clone());
            tokio::spawn(async move {
                tokio::select! { () = goodbye => {}, () = clock.sleep(PATIENCE) => {} }
            });
        }
        self.end(ending, tell).await;
    }

    /// Forgets the socket and, if `tell` is set, says so to `$disconnect`.
    pub(super) async fn end(self, ending: Ending, tell: bool) {
        self.sockets.forget(&self.connection.id);
        if tell {
            let event = disconnect(self.sockets.occasion(), &self.connection, &ending);
            self.sockets.tell("$disconnect", event).await;
        }
    }

    async fn obey(&self, order: Option<Order>, stream: &mut Stream) -> Turn {
        let text = match order {
            Some(Order::Send(text)) => text,
            Some(Order::Close) | None => {
                return over(1000, "Connection Closed Normally", Some(CloseCode::Normal));
            }
            Some(Order::Cut { tell }) => {
                let reason = "Connection closed abnormally".to_owned();
                return Turn::Over { ending: Ending { code: 1006, reason }, say: None, tell };
            }
        };
        if self.deaf.load(Ordering::SeqCst) {
            return Turn::Active;
        }
        let sent = tokio::select! {
            sent = stream.send(Message::Text(text)) => sent.is_ok(),
            () = self.sockets.inner.clock.sleep(PATIENCE) => false,
        };
        if sent { Turn::Active } else { over(1006, "Connection closed abnormally", None) }
    }

    fn hear(&self, frame: Option<Result<Message, Error>>) -> Turn {
        match frame {
            Some(Ok(Message::Text(text))) => self.receive(text.as_str().to_owned(), false),
            Some(Ok(Message::Binary(bytes))) => self.receive(BASE64.encode(&bytes), true),
            Some(Ok(Message::Close(frame))) => {
                let (code, reason) = match frame {
                    Some(frame) => (frame.code.into(), frame.reason.as_str().to_owned()),
                    None => (1005, "Client-side close frame status not set".to_owned()),
                };
                Turn::Over { ending: Ending { code, reason }, say: None, tell: true }
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Turn::Active,
            Some(Ok(Message::Frame(_))) => Turn::Quiet,
            Some(Err(Error::Capacity(_))) => over(1009, "Message too big", Some(CloseCode::Size)),
            Some(Err(Error::Utf8(_))) => over(1007, "Invalid UTF-8", Some(CloseCode::Invalid)),
            Some(Err(Error::Protocol(_))) => {
                over(1002, "Protocol error", Some(CloseCode::Protocol))
            }
            Some(Err(_)) | None => over(1006, "Connection closed abnormally", None),
        }
    }

    /// Hands a message to its route. Like at AWS, messages of one socket are worked on side by side.
    fn receive(&self, body: String, is_base64: bool) -> Turn {
        let (sockets, connection) = (self.sockets.clone(), self.connection.clone());
        tokio::spawn(async move {
            let route_key = route_key(&sockets, &body);
            let occasion = sockets.occasion();
            let event = message(occasion, &connection, &route_key, &body, is_base64);
            let id = event.pointer("/requestContext/requestId").cloned().unwrap_or_default();
            let complaint = match sockets.tell(&route_key, event).await {
                Some(Ok(_)) => return,
                Some(Err(_)) => "Internal server error",
                None => "Forbidden",
            };
            let text = json!({
                "message": complaint, "connectionId": connection.id, "requestId": id,
            });
            sockets.order(&connection.id, Order::Send(text.to_string().into())).await;
        });
        Turn::Active
    }
}

/// The route that the message's own field names, else `$default`.
fn route_key(sockets: &Sockets, body: &str) -> String {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let named = parsed.as_ref().and_then(|body| body.get(&sockets.inner.api.route_field));
    let named = named.and_then(Value::as_str).unwrap_or_default();
    if !named.starts_with('$') && sockets.inner.routes.contains_key(named) {
        named.to_owned()
    } else {
        "$default".to_owned()
    }
}

fn over(code: u16, reason: &str, say: Option<CloseCode>) -> Turn {
    Turn::Over { ending: Ending { code, reason: reason.to_owned() }, say, tell: true }
}

/// Sends the close frame, then reads away what the browser was still sending: a socket closed with unread bytes would be
/// reset, and the browser would never see the code.
async fn hang_up(mut stream: Stream, code: CloseCode, reason: String) {
    let frame = CloseFrame { code, reason: Utf8Bytes::from(reason) };
    if stream.send(Message::Close(Some(frame))).await.is_err() {
        return;
    }
    let mut line = stream.into_inner();
    if line.shutdown().await.is_ok() {
        // Whatever comes is of no interest, nor is how it ends.
        drop(tokio::io::copy(&mut line, &mut tokio::io::sink()).await);
    }
}
