//! End-to-end tests over HTTP and WebSockets, with the local DynamoDB engine and the simulator.
//!
//! [`support`] has the system under test; the other modules correspond to the routes.

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
