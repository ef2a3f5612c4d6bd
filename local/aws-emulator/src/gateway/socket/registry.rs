//! The registry of open sockets.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use shared::clock::Clock;
use shared::ids::Ids;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::connection::Connection;
use super::event::EventContext;
use crate::lambda::{FunctionHost, InvokeError};
use crate::template::{SocketApiSpec, Template, TriggerSpec};

/// The open sockets.
///
/// Cheap to clone.
#[derive(Clone)]
pub struct Sockets {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) api: SocketApiSpec,
    pub(super) routes: BTreeMap<String, String>,
    pub(super) functions: Arc<FunctionHost>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) open: Mutex<HashMap<String, OpenSocket>>,
}

#[derive(Clone)]
pub(super) struct OpenSocket {
    pub(super) connection: Connection,
    pub(super) last_active_at: Timestamp,
    pub(super) commands: mpsc::Sender<SocketCommand>,
    pub(super) drop_frames: Arc<AtomicBool>,
}

/// A command to an open socket.
pub(super) enum SocketCommand {
    /// Send this text.
    Send(Utf8Bytes),
    /// Send a close frame and close.
    Close,
    /// Drop the connection without a close frame.
    ///
    /// `notify` invokes `$disconnect`.
    Abort { notify: bool },
}

/// How many frames wait for a slow browser before posts to it wait, too.
const WAITING_FRAMES: usize = 64;

impl Sockets {
    /// Returns the registry, or `None` if the template has no WebSocket API.
    pub fn from_template(
        template: &Template,
        functions: Arc<FunctionHost>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Option<Self> {
        let mut routes = BTreeMap::new();
        for function in &template.functions {
            for trigger in &function.triggers {
                if let TriggerSpec::Socket { route_key } = trigger {
                    routes.insert(route_key.clone(), function.name.clone());
                }
            }
        }
        let api = template.socket_api.clone()?;
        let open = Mutex::new(HashMap::new());
        let inner = Inner { api, routes, functions, clock, ids, open };
        Some(Self { inner: Arc::new(inner) })
    }

    /// Returns the connections, oldest first.
    pub fn list(&self) -> Vec<Connection> {
        let mut connections: Vec<_> =
            self.lock().values().map(|socket| socket.connection.clone()).collect();
        connections.sort_by_key(|connection| connection.connected_at);
        connections
    }

    /// Cuts a socket without a close frame, like a lost connection.
    ///
    /// Invokes `$disconnect` only if `notify` is set: AWS calls it *best effort*. Returns whether the socket exists.
    pub async fn abort(&self, id: &str, notify: bool) -> bool {
        self.send_command(id, SocketCommand::Abort { notify }).await
    }

    /// Starts or stops dropping every frame to this socket, which stays open.
    ///
    /// Returns whether the socket exists.
    pub fn drop_frames(&self, id: &str, drop: bool) -> bool {
        let open = self.lock();
        let found = open.get(id).map(|socket| socket.drop_frames.store(drop, Ordering::SeqCst));
        found.is_some()
    }

    /// Closes every socket.
    pub async fn close_all(&self) {
        for connection in self.list() {
            self.send_command(&connection.id, SocketCommand::Close).await;
        }
    }

    pub(super) async fn send_command(&self, id: &str, command: SocketCommand) -> bool {
        let commands = self.lock().get(id).map(|socket| socket.commands.clone());
        match commands {
            Some(commands) => commands.send(command).await.is_ok(),
            None => false,
        }
    }

    pub(super) fn open(
        &self,
        connection: Connection,
    ) -> (mpsc::Receiver<SocketCommand>, Arc<AtomicBool>) {
        let (commands, receiver) = mpsc::channel(WAITING_FRAMES);
        let drop_frames = Arc::new(AtomicBool::new(false));
        let last_active_at = connection.connected_at;
        let socket = OpenSocket {
            last_active_at,
            commands,
            drop_frames: Arc::clone(&drop_frames),
            connection,
        };
        self.lock().insert(socket.connection.id.clone(), socket);
        (receiver, drop_frames)
    }

    pub(super) fn remove(&self, id: &str) {
        self.lock().remove(id);
    }

    pub(super) fn touch(&self, id: &str) {
        let now = self.inner.clock.now();
        if let Some(socket) = self.lock().get_mut(id) {
            socket.last_active_at = now;
        }
    }

    pub(super) fn find(&self, id: &str) -> Option<OpenSocket> {
        self.lock().get(id).cloned()
    }

    pub(super) fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, OpenSocket>> {
        self.inner.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn event_context(&self) -> EventContext<'_> {
        let inner = &self.inner;
        EventContext { api: &inner.api, now: inner.clock.now(), random: inner.ids.random() }
    }

    /// Invokes the function of `route_key`.
    ///
    /// Returns `None` if the template has no such route.
    pub(super) async fn invoke_route(
        &self,
        route_key: &str,
        event: Value,
    ) -> Option<Result<Value, InvokeError>> {
        let function = self.inner.routes.get(route_key)?;
        Some(self.inner.functions.invoke(function, event).await)
    }
}
