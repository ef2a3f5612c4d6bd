//! The WebSocket API: who is connected, and the doors by which browsers and functions reach them.
//!
//! - `upgrade`: the handshake, with `$connect` deciding.
//! - `session`: one open socket, its limits and its `$default` and `$disconnect` events.
//! - [`management`]: `@connections`, by which functions write to browsers.
//! - `event`: the events' shapes.

mod event;
pub mod management;
mod session;
mod upgrade;

pub(crate) use upgrade::upgrade;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use shared::clock::Clock;
use shared::ids::Ids;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::lambda::{Functions, InvokeError};
use crate::template::{SocketApiSpec, Template, TriggerSpec};
use event::Occasion;

/// One open socket, as the gateway knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id, as functions know it.
    pub id: String,
    /// When it was made.
    pub connected_at: Timestamp,
    /// From where.
    pub source: IpAddr,
    /// The host that was asked for, without its port.
    pub host: String,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

/// Every open socket. Cheap to clone.
#[derive(Clone)]
pub struct Sockets {
    inner: Arc<Inner>,
}

struct Inner {
    api: SocketApiSpec,
    routes: BTreeMap<String, String>,
    functions: Arc<Functions>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    open: Mutex<HashMap<String, Open>>,
}

#[derive(Clone)]
struct Open {
    connection: Connection,
    last_active_at: Timestamp,
    orders: mpsc::Sender<Order>,
    deaf: Arc<AtomicBool>,
}

/// What the gateway tells an open socket to do.
enum Order {
    /// Send this text.
    Send(Utf8Bytes),
    /// Say goodbye and close.
    Close,
    /// Vanish without a word; whether `$disconnect` is told.
    Cut { tell: bool },
}

/// How many frames may wait for a slow browser before a post to it waits too.
const WAITING_FRAMES: usize = 64;

impl Sockets {
    /// No socket yet; `None` if the template has no WebSocket API.
    pub fn of(
        template: &Template,
        functions: Arc<Functions>,
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

    /// Who is connected, oldest first.
    pub fn list(&self) -> Vec<Connection> {
        let mut all: Vec<_> = self.lock().values().map(|open| open.connection.clone()).collect();
        all.sort_by_key(|connection| connection.connected_at);
        all
    }

    /// Cuts a socket as a lost line would, without a close frame. `$disconnect` is told only if `tell` is set: AWS calls
    /// it *best effort*. Answers whether there was such a socket.
    pub async fn cut(&self, id: &str, tell: bool) -> bool {
        self.order(id, Order::Cut { tell }).await
    }

    /// From now on (or no longer) every frame to this socket is lost silently while the socket lives. Answers whether
    /// there is such a socket.
    pub fn drop_frames(&self, id: &str, drop: bool) -> bool {
        let open = self.lock();
        let deaf = open.get(id).map(|open| open.deaf.store(drop, Ordering::SeqCst));
        deaf.is_some()
    }

    /// Says goodbye to everyone.
    pub async fn close_all(&self) {
        for connection in self.list() {
            self.order(&connection.id, Order::Close).await;
        }
    }

    async fn order(&self, id: &str, order: Order) -> bool {
        let orders = self.lock().get(id).map(|open| open.orders.clone());
        match orders {
            Some(orders) => orders.send(order).await.is_ok(),
            None => false,
        }
    }

    fn open(&self, connection: Connection) -> (mpsc::Receiver<Order>, Arc<AtomicBool>) {
        let (orders, receiver) = mpsc::channel(WAITING_FRAMES);
        let deaf = Arc::new(AtomicBool::new(false));
        let last_active_at = connection.connected_at;
        let open = Open { last_active_at, orders, deaf: Arc::clone(&deaf), connection };
        self.lock().insert(open.connection.id.clone(), open);
        (receiver, deaf)
    }

    fn forget(&self, id: &str) {
        self.lock().remove(id);
    }

    fn touch(&self, id: &str) {
        let now = self.inner.clock.now();
        if let Some(open) = self.lock().get_mut(id) {
            open.last_active_at = now;
        }
    }

    fn find(&self, id: &str) -> Option<Open> {
        self.lock().get(id).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Open>> {
        self.inner.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn occasion(&self) -> Occasion<'_> {
        let inner = &self.inner;
        Occasion { api: &inner.api, now: inner.clock.now(), random: inner.ids.random() }
    }

    /// Invokes the function of `route_key`; `None` if the template has no such route.
    async fn tell(&self, route_key: &str, event: Value) -> Option<Result<Value, InvokeError>> {
        let function = self.inner.routes.get(route_key)?;
        Some(self.inner.functions.invoke(function, event).await)
    }
}
