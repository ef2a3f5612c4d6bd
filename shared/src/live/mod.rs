//! Sockets: the only user of the API Gateway management SDK.
//!
//! - [`sender`]: one frame to one socket, and what became of it.

pub mod client;

pub use client::{PostOutcome, SocketClient, SocketClientOptions};
