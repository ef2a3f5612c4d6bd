//! The AWS services that Partyline uses, emulated on one machine and described by a SAM template.
//!
//! - [`template`]: the resources of the stack; no other module knows which ones there are.
//! - [`permissions`]: what each function may do; every service checks it.
//! - [`gateway`]: API Gateway: the HTTP API, the WebSocket API and the page, on one port.
//! - [`lambda`]: the host that builds and invokes the functions. [`schedule`], [`streams`] and [`invocations`] invoke
//!   them by schedule, for changes of a table, and asynchronously.
//! - [`dynamodb`], [`parameters`], [`s3`]: the services that the functions call.
//! - [`server`]: an HTTP server on a port of its own. `headers`: reading headers.

pub mod dynamodb;
pub mod gateway;
mod headers;
pub mod invocations;
pub mod lambda;
pub mod parameters;
pub mod permissions;
pub mod s3;
pub mod schedule;
pub mod server;
#[cfg(test)]
mod signed_request;
pub mod streams;
pub mod template;
