//! Partyline on one machine, in one process: the AWS emulator, the Twilio simulator and the functions.
//!
//! - [`system`]: starts the parts, connects them and stops them. [`options`], [`settings`]: its configuration.
//! - [`parameter_values`]: the settings as the functions read them.
//! - [`lan_access`]: access for real phones on the network.
//! - [`demo`]: the data that `--demo` loads.

pub mod demo;
pub mod lan_access;
pub mod options;
pub mod parameter_values;
pub mod settings;
pub mod system;

pub use options::{CommandLine, Options};
pub use settings::Settings;
pub use system::{System, SystemError};
