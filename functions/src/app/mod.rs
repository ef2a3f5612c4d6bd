//! Builds functions from their environment variables, parameters and clients.

mod builder;
mod clients;
mod cx;
mod loader;
mod triggers;
mod variables;

pub use builder::Build;
pub use clients::App;
pub use cx::Cx;
pub use triggers::{Invocation, authenticated, background, no_state, public, socket};
pub use variables::{JobFunctions, Needs, Variable};
