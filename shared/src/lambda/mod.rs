//! The function kernel: one erased shape, *event in, response out*, for HTTP, socket, stream and schedule.
//!
//! - [`function`]: `Function`, `Setup`, `Handler`, `Context`, `Environment`.

pub mod function;

pub use function::{Context, Environment, Function, Handler, HandlerError, Setup, Trigger};
