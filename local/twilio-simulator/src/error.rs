//! Why the simulator cannot.

use std::io;

/// Why a simulator did not start, or could not do what a test asked.
#[derive(Debug, thiserror::Error)]
pub enum TwilioError {
    /// Its file.
    #[error("cannot read or write the Twilio simulator's file twilio.db")]
    Store(#[from] rusqlite::Error),
    /// Its port.
    #[error("no free loopback port for the Twilio simulator")]
    Port(#[from] io::Error),
    /// Its client.
    #[error("cannot create the Twilio simulator's HTTP client")]
    Client(#[from] reqwest::Error),
}
