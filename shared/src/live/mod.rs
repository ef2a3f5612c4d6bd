//! WebSockets: the only module that uses the API Gateway management SDK.
//!
//! - [`client`]: the client that posts frames to sockets.

pub mod client;
mod endpoint;

pub use client::{PostOutcome, SocketClient, SocketClientOptions};
