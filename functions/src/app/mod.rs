//! Builds functions from their environment variables, parameters and clients.

mod builder;
mod clients;
mod triggers;
mod variables;

pub use builder::{Build, Cx};
pub use clients::App;
pub use triggers::{Invocation, authenticated, background, no_state, public, socket};
pub use variables::{JobFunctions, Needs, Variable};
