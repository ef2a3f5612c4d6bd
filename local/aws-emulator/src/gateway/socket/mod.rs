//! The WebSocket API: open sockets, and how browsers and functions reach them.
//!
//! - `upgrade`: the handshake; `$connect` accepts or rejects it.
//! - `session`: one open socket, its limits, and its `$default` and `$disconnect` events.
//! - [`management`]: `@connections`, with which functions write to browsers.
//! - `event`: the events. `connection`, `registry`: the open sockets.

mod connection;
mod event;
pub mod management;
mod registry;
mod session;
mod upgrade;

pub use connection::Connection;
pub use registry::Sockets;
pub(crate) use upgrade::upgrade;
