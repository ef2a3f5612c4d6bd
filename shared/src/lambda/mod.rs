//! The function kernel: one erased shape, *event in, response out*, for HTTP, socket, stream and schedule.
//!
//! - [`function`]: `Function`, `Setup`, `Handler`, `Context`, `Environment`.
//! - [`run()`]: one function as a Lambda.
//! - [`http`], [`socket`], [`stream`]: what comes in and goes out, by trigger.
//! - [`invoke`]: one function invokes another, asynchronously.
//! - [`caller`]: who asks.
//! - [`parameters`]: the one `GetParameters` at init.
//! - `aws_request`: the signed requests of these two.

mod aws_request;
pub mod caller;
pub mod function;
pub mod http;
mod invocation_log;
pub mod invoke;
pub mod parameters;
pub mod run;
pub mod socket;
pub mod stream;

pub use caller::Caller;
pub use function::{
    Environment, Function, Handler, HandlerError, InvocationContext, Setup, Trigger,
};
pub use http::{ContentEncoding, Request, Response};
pub use invoke::{Invoker, InvokerOptions};
pub use run::run;
pub use socket::SocketEvent;
pub use stream::StreamEvent;
