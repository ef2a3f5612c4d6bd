//! The whole of Partyline in one process, driven by `template.yaml`.
//!
//! - [`system`]: the parts, started and wired; [`options`], [`settings`]: what they are started with.
//! - [`template`]: what exists, read from the template; nothing of it is known elsewhere.
//! - [`permissions`]: what each function may do, enforced at every door.
//! - [`gateway`]: the HTTP API, the WebSocket API and the page, on one port.
//! - [`lambda`]: the host that builds and invokes the functions; [`schedule`]: by the clock; [`streams`]: by the tables'
//!   changes.
//! - [`demo`]: what `--demo` fills the tables with.
//! - [`dynamodb`], [`parameters`], [`s3`], [`twilio`]: the peers that the functions' clients talk to.

pub mod demo;
pub mod dynamodb;
pub mod gateway;
pub mod invocations;
pub mod lambda;
pub mod lan_access;
pub mod options;
pub mod parameter_values;
pub mod parameters;
pub mod permissions;
pub mod s3;
pub mod schedule;
mod senders;
pub mod server;
pub mod settings;
#[cfg(test)]
mod signed_request;
pub mod streams;
pub mod system;
pub mod template;
pub mod twilio;

pub use options::{CommandLine, Options};
pub use settings::Settings;
pub use system::{System, SystemError};
