//! What every function is built from: its environment, clients and parameters, and the builder of its handler.

mod builder;
mod clients;
mod triggers;
mod variables;

pub use builder::{Build, Cx};
pub use clients::App;
pub use triggers::{Invocation, authenticated, background, no_state, public, socket};
pub use variables::{JobFunctions, Needs, Variable};
