//! The error of starting the system.

use crate::demo::DemoError;
use crate::parameter_values::InvalidInstallKey;
use crate::settings::SettingsError;
use aws_emulator::dynamodb;
use aws_emulator::lambda::InvokeError;
use aws_emulator::streams::StreamsError;
use aws_emulator::template::TemplateError;
use twilio_simulator::TwilioError;

/// The error of starting the system.
///
/// Its text is printed to the user.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// The template is invalid.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The settings are invalid.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The install key is invalid.
    #[error(transparent)]
    InstallKey(#[from] InvalidInstallKey),
    /// The system's own URL is invalid.
    #[error("the system's own address is not a valid URL")]
    Url(#[from] url::ParseError),
    /// The port is in use.
    #[error("port {0} is in use; stop the program that uses it or choose another port with --port")]
    PortInUse(u16),
    /// The port cannot be bound.
    #[error("cannot listen on port {port}; choose another port with --port")]
    Port {
        /// The port.
        port: u16,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The state of DynamoDB cannot be used.
    #[error(transparent)]
    State(#[from] dynamodb::StartError),
    /// The saved state could not be deleted.
    #[error("cannot delete {}; delete it manually", .path.display())]
    Reset {
        /// The folder.
        path: std::path::PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The streams could not be started.
    #[error(transparent)]
    Streams(#[from] StreamsError),
    /// The simulated Twilio could not be started.
    #[error("{0}; if the file is damaged, restore a backup or start with --reset")]
    Twilio(#[from] TwilioError),
    /// The buckets could not be opened.
    #[error("cannot open objects.db; if it is damaged, restore a backup or start with --reset")]
    Objects(#[source] rusqlite::Error),
    /// The demo could not be loaded.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The HTTP client could not be built.
    #[error("cannot create the HTTP client")]
    Client(#[from] reqwest::Error),
    /// A function could not be built.
    #[error("function {name} failed to initialize")]
    Function {
        /// The name of the function.
        name: String,
        /// The cause.
        #[source]
        source: InvokeError,
    },
    /// A sign-in link could not be created.
    #[error("cannot create a sign-in link")]
    SignInLink(#[source] shared::error::Error),
}
