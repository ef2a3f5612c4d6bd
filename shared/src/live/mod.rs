//! Sockets: the only user of the API Gateway management SDK.
//!
//! - [`client`]: posts one frame to one socket and returns the outcome.

pub mod client;

pub use client::{PostOutcome, SocketClient, SocketClientOptions};
