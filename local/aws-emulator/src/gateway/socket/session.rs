//! One open socket: frames in both directions, and AWS's limits on size, idle time and lifetime.

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

use super::connection::Connection;
use super::event::{CloseReason, disconnect, message};
use super::registry::{SocketCommand, Sockets};

/// The maximum size of a frame from a browser, in bytes.
pub(super) const FRAME_LIMIT: usize = 32 * 1024;
/// The maximum size of a message in either direction, in bytes, whatever the number of frames.
pub(super) const MESSAGE_LIMIT: usize = 128 * 1024;
/// The time after which an idle socket is closed.
pub(super) const IDLE_LIMIT: Duration = Duration::from_mins(10);
/// The time after which every socket is closed.
pub(super) const LIFETIME_LIMIT: Duration = Duration::from_hours(2);
/// How long a browser may take to accept a frame or to close the connection.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

type Stream = WebSocketStream<TokioIo<Upgraded>>;

/// One open socket.
pub(super) struct Session {
    /// The registry.
    pub(super) sockets: Sockets,
    /// The connection of this socket.
    pub(super) connection: Connection,
    /// The commands to this socket.
    pub(super) commands: mpsc::Receiver<SocketCommand>,
    /// Whether frames to it are dropped.
    pub(super) drop_frames: Arc<AtomicBool>,
}

/// The outcome of one iteration of the loop.
enum LoopOutcome {
    /// A frame was sent or received.
    Active,
    /// Nothing happened that counts as activity.
    Idle,
    /// The socket ends.
    ///
    /// `close_code` is sent if there is one, and `notify` invokes `$disconnect`.
    Closed { reason: CloseReason, close_code: Option<CloseCode>, notify: bool },
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
        let mut lifetime = clock.sleep(LIFETIME_LIMIT);
        let mut idle = clock.sleep(IDLE_LIMIT);
        let (reason, close_code, notify) = loop {
            let outcome = tokio::select! {
                command = self.commands.recv() => self.run_command(command, &mut stream).await,
                frame = stream.next() => self.on_frame(frame),
                () = &mut idle => closed(1001, "Going away", Some(CloseCode::Away)),
                () = &mut lifetime => closed(1001, "Going away", Some(CloseCode::Away)),
            };
            match outcome {
                LoopOutcome::Active => {
                    idle = clock.sleep(IDLE_LIMIT);
                    self.sockets.touch(&self.connection.id);
                }
                LoopOutcome::Idle => {}
                LoopOutcome::Closed { reason, close_code, notify } => {
                    break (reason, close_code, notify);
                }
            }
        };
        self.sockets.remove(&self.connection.id);
        if reason.code != 1006 && close_code.is_none() {
            // The response to the browser's close frame is queued. Whether it is sent does not matter.
            drop(stream.flush().await);
        }
        if let Some(code) = close_code {
            let closing = close_connection(stream, code, reason.reason.clone());
            tokio::spawn(async move {
                tokio::select! { () = closing => {}, () = clock.sleep(SEND_TIMEOUT) => {} }
            });
        }
        self.end(reason, notify).await;
    }

    /// Removes the socket and, if `notify` is set, invokes `$disconnect`.
    pub(super) async fn end(self, reason: CloseReason, notify: bool) {
        self.sockets.remove(&self.connection.id);
        if notify {
            let event = disconnect(self.sockets.event_context(), &self.connection, &reason);
            self.sockets.invoke_route("$disconnect", event).await;
        }
    }

    async fn run_command(
        &self,
        command: Option<SocketCommand>,
        stream: &mut Stream,
    ) -> LoopOutcome {
        let text = match command {
            Some(SocketCommand::Send(text)) => text,
            Some(SocketCommand::Close) | None => {
                return closed(1000, "Connection Closed Normally", Some(CloseCode::Normal));
            }
            Some(SocketCommand::Abort { notify }) => {
                let reason = "Connection closed abnormally".to_owned();
                return LoopOutcome::Closed {
                    reason: CloseReason { code: 1006, reason },
                    close_code: None,
                    notify,
                };
            }
        };
        if self.drop_frames.load(Ordering::SeqCst) {
            return LoopOutcome::Active;
        }
        let sent = tokio::select! {
            sent = stream.send(Message::Text(text)) => sent.is_ok(),
            () = self.sockets.inner.clock.sleep(SEND_TIMEOUT) => false,
        };
        if sent { LoopOutcome::Active } else { closed(1006, "Connection closed abnormally", None) }
    }

    fn on_frame(&self, frame: Option<Result<Message, Error>>) -> LoopOutcome {
        match frame {
            Some(Ok(Message::Text(text))) => self.receive(text.as_str().to_owned(), false),
            Some(Ok(Message::Binary(bytes))) => self.receive(BASE64.encode(&bytes), true),
            Some(Ok(Message::Close(frame))) => {
                let (code, reason) = match frame {
                    Some(frame) => (frame.code.into(), frame.reason.as_str().to_owned()),
                    None => (1005, "Client-side close frame status not set".to_owned()),
                };
                LoopOutcome::Closed {
                    reason: CloseReason { code, reason },
                    close_code: None,
                    notify: true,
                }
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => LoopOutcome::Active,
            Some(Ok(Message::Frame(_))) => LoopOutcome::Idle,
            Some(Err(Error::Capacity(_))) => closed(1009, "Message too big", Some(CloseCode::Size)),
            Some(Err(Error::Utf8(_))) => closed(1007, "Invalid UTF-8", Some(CloseCode::Invalid)),
            Some(Err(Error::Protocol(_))) => {
                closed(1002, "Protocol error", Some(CloseCode::Protocol))
            }
            Some(Err(_)) | None => closed(1006, "Connection closed abnormally", None),
        }
    }

    /// Invokes the route of a message.
    ///
    /// As at AWS, messages of one socket are processed concurrently.
    fn receive(&self, body: String, is_base64: bool) -> LoopOutcome {
        let (sockets, connection) = (self.sockets.clone(), self.connection.clone());
        tokio::spawn(async move {
            let route_key = route_key(&sockets, &body);
            let context = sockets.event_context();
            let event = message(context, &connection, &route_key, &body, is_base64);
            let id = event.pointer("/requestContext/requestId").cloned().unwrap_or_default();
            let error = match sockets.invoke_route(&route_key, event).await {
                Some(Ok(_)) => return,
                Some(Err(_)) => "Internal server error",
                None => "Forbidden",
            };
            let text = json!({
                "message": error, "connectionId": connection.id, "requestId": id,
            });
            sockets
                .send_command(&connection.id, SocketCommand::Send(text.to_string().into()))
                .await;
        });
        LoopOutcome::Active
    }
}

/// Returns the route that the message's route field names, otherwise `$default`.
fn route_key(sockets: &Sockets, body: &str) -> String {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let field = parsed.as_ref().and_then(|body| body.get(&sockets.inner.api.route_field));
    let name = field.and_then(Value::as_str).unwrap_or_default();
    if !name.starts_with('$') && sockets.inner.routes.contains_key(name) {
        name.to_owned()
    } else {
        "$default".to_owned()
    }
}

fn closed(code: u16, reason: &str, close_code: Option<CloseCode>) -> LoopOutcome {
    LoopOutcome::Closed {
        reason: CloseReason { code, reason: reason.to_owned() },
        close_code,
        notify: true,
    }
}

/// Sends the close frame, then reads what the browser was still sending.
///
/// A socket that is closed with unread bytes is reset, and the browser would not see the code.
async fn close_connection(mut stream: Stream, code: CloseCode, reason: String) {
    let frame = CloseFrame { code, reason: Utf8Bytes::from(reason) };
    if stream.send(Message::Close(Some(frame))).await.is_err() {
        return;
    }
    let mut connection = stream.into_inner();
    if connection.shutdown().await.is_ok() {
        // Neither the bytes nor an error matter.
        drop(tokio::io::copy(&mut connection, &mut tokio::io::sink()).await);
    }
}
