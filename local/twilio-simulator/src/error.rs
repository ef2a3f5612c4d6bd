//! The errors of the simulator.

use std::io;

/// Error of starting or using the simulator.
#[derive(Debug, thiserror::Error)]
pub enum TwilioError {
    /// The SQLite file failed.
    #[error("cannot read or write the Twilio simulator's file twilio.db")]
    Store(#[from] rusqlite::Error),
    /// No port could be bound.
    #[error("no free loopback port for the Twilio simulator")]
    Port(#[from] io::Error),
    /// The HTTP client could not be built.
    #[error("cannot create the Twilio simulator's HTTP client")]
    Client(#[from] reqwest::Error),
}
