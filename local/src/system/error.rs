//! Why a system did not start.

use crate::demo::DemoError;
use crate::dynamodb;
use crate::lambda::InvokeError;
use crate::parameters::BadInstallKey;
use crate::settings::SettingsError;
use crate::streams::StreamsError;
use crate::template::TemplateError;
use crate::twilio::TwilioError;

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
    InstallKey(#[from] BadInstallKey),
    /// Its own address.
    #[error("the system's own address makes no URL")]
    Url(#[from] url::ParseError),
    /// The port is taken.
    #[error("port {0} is in use; stop what listens there, or start with --port and another number")]
    PortInUse(u16),
    /// The port cannot be had.
    #[error("port {port} cannot be listened on; start with --port and another number")]
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
    #[error("{} cannot be thrown away; delete it yourself", .path.display())]
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
    #[error("{0}; if its file is damaged, put a copy back, or start empty with --reset")]
    Twilio(#[from] TwilioError),
    /// The objects of the buckets.
    #[error(
        "objects.db cannot be opened; if it is damaged, put a copy back, or start empty with --reset"
    )]
    Objects(#[source] rusqlite::Error),
    /// The demo.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The HTTP client.
    #[error("there is no HTTP client")]
    Client(#[from] reqwest::Error),
    /// A function cannot be built.
    #[error("the function {name} cannot start")]
    Function {
        /// Which.
        name: String,
        /// Why.
        #[source]
        source: InvokeError,
    },
    /// A sign-in link.
    #[error("no sign-in link could be made")]
    SignInLink(#[source] shared::error::Error),
}
