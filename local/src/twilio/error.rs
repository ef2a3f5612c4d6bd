//! Why the simulator cannot.

use std::io;

/// Why a simulator did not start, or could not do what a test asked.
#[derive(Debug, thiserror::Error)]
pub enum TwilioError {
    /// Its file.
    #[error("The Twilio simulator's file twilio.db cannot be read or written")]
    Store(#[from] rusqlite::Error),
    /// Its port.
    #[error("The Twilio simulator got no port on loopback")]
    Port(#[from] io::Error),
    /// Its client.
    #[error("The Twilio simulator has no HTTP client for its webhooks")]
    Client(#[from] reqwest::Error),
}
