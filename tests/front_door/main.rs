//! Partyline through its front door: real HTTP, WebSocket, DynamoDB engine and simulator.
//!
//! [`desk`] is what the tests stand on; the other modules mirror the routes.

mod channels;
mod consent;
mod conversations;
mod encoding;
mod health;
mod media;
mod messages;
mod numbers;
mod origins;
mod permissions;
mod phones;
mod quarantine;
mod reliability;
mod sessions;
mod shapes;
mod shared_keys;
mod sockets;
mod story;
mod support;
mod tokens;
mod users;
mod webhooks;
mod widget;
