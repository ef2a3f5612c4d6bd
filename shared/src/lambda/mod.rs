//! The function runtime: one handler type, event in and response out, for all triggers.
//!
//! - [`function`]: the definition of a function.
//! - [`run()`]: runs one function in Lambda.
//! - [`http`], [`socket`], [`stream`]: the events and responses of each trigger.
//! - [`invoke`]: asynchronous invocation of other functions.
//! - [`caller`]: the caller of a request.
//! - [`parameters`]: loads the parameters with `GetParameters`.
//! - `aws_request`: signed requests of `invoke` and `parameters`.

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
