//! Why the demo data could not be loaded.

use shared::address::InvalidAddress;
use twilio_simulator::TwilioError;

use crate::parameter_values::InvalidInstallKey;

/// The error of loading the demo data; its text is printed to the user.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There is no simulator.
    #[error("--demo requires the simulated Twilio; remove TWILIO_API_URL from the settings")]
    RealTwilio,
    /// A story cannot be read.
    #[error("invalid demo story ({language}), line {line}")]
    Story {
        /// Which file.
        language: &'static str,
        /// Which line, from 1.
        line: usize,
    },
    /// A number in a story or in the settings is none.
    #[error("invalid address in the demo stories or the settings")]
    Address(#[from] InvalidAddress),
    /// The install key.
    #[error(transparent)]
    InstallKey(#[from] InvalidInstallKey),
    /// The tables.
    #[error("cannot store the demo messages")]
    Store(#[from] shared::error::Error),
    /// The simulator's file.
    #[error(transparent)]
    Twilio(#[from] TwilioError),
}
