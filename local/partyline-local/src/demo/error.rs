//! The error of loading the demo.

use shared::address::InvalidAddress;
use twilio_simulator::TwilioError;

use crate::parameter_values::InvalidInstallKey;

/// The error of loading the demo.
///
/// Its text is printed to the user.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Twilio is not simulated.
    #[error("--demo requires the simulated Twilio; remove TWILIO_API_URL from the settings")]
    RealTwilio,
    /// A story is invalid.
    #[error("invalid demo story ({language}), line {line}")]
    Story {
        /// The story's file.
        language: &'static str,
        /// The line, counted from 1.
        line: usize,
    },
    /// An address in a story or in the settings is invalid.
    #[error("invalid address in the demo stories or the settings")]
    Address(#[from] InvalidAddress),
    /// The install key is invalid.
    #[error(transparent)]
    InstallKey(#[from] InvalidInstallKey),
    /// The tables could not be written.
    #[error("cannot store the demo messages")]
    Store(#[from] shared::error::Error),
    /// The simulator's file could not be written.
    #[error(transparent)]
    Twilio(#[from] TwilioError),
}
