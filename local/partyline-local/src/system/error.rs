//! Why a system did not start.

use crate::demo::DemoError;
use crate::parameter_values::InvalidInstallKey;
use crate::settings::SettingsError;
use aws_emulator::dynamodb;
use aws_emulator::lambda::InvokeError;
use aws_emulator::streams::StreamsError;
use aws_emulator::template::TemplateError;
use twilio_simulator::TwilioError;

/// Why the system did not start. Each is a sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// The template cannot be obeyed.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// One of the settings.
    #[error(transparent)]
    InstallKey(#[from] InvalidInstallKey),
    /// Its own address.
    #[error("the system's own address is not a valid URL")]
    Url(#[from] url::ParseError),
    /// The port is taken.
    #[error("port {0} is in use; stop the program that uses it or choose another port with --port")]
    PortInUse(u16),
    /// The port cannot be had.
    #[error("cannot listen on port {port}; choose another port with --port")]
    Port {
        /// Which.
        port: u16,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The state.
    #[error(transparent)]
    State(#[from] dynamodb::StartError),
    /// The old state could not be thrown away.
    #[error("cannot delete {}; delete it manually", .path.display())]
    Reset {
        /// The folder.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The streams.
    #[error(transparent)]
    Streams(#[from] StreamsError),
    /// The simulated Twilio.
    #[error("{0}; if the file is damaged, restore a backup or start with --reset")]
    Twilio(#[from] TwilioError),
    /// The objects of the buckets.
    #[error("cannot open objects.db; if it is damaged, restore a backup or start with --reset")]
    Objects(#[source] rusqlite::Error),
    /// The demo.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The HTTP client.
    #[error("cannot create the HTTP client")]
    Client(#[from] reqwest::Error),
    /// A function cannot be built.
    #[error("function {name} failed to initialize")]
    Function {
        /// Which.
        name: String,
        /// Why.
        #[source]
        source: InvokeError,
    },
    /// A sign-in link.
    #[error("cannot create a sign-in link")]
    SignInLink(#[source] shared::error::Error),
}
