//! The whole of Partyline in one process, driven by `template.yaml`.
//!
//! - [`template`]: what exists, read from the template; nothing of it is known elsewhere.
//! - [`permissions`]: what each function may do, enforced at every door.
//! - [`gateway`]: the HTTP API, the WebSocket API and the page, on one port.
//! - [`dynamodb`], [`streams`]: the tables, and what reads their changes.
//! - [`lambda`]: the host that builds and invokes the functions.

pub mod dynamodb;
pub mod gateway;
pub mod lambda;
pub mod permissions;
pub mod streams;
pub mod template;
pub mod twilio;
