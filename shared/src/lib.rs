//! What every Partyline function stands on.
//!
//! - [`clock`], [`ids`], [`fault`]: time, randomness and fault points, all injected.
//! - [`lambda`]: the function kernel.
//! - [`phone`], [`address`], [`sid`], [`secret`]: texts that are parsed once and typed from then on.
//! - [`twilio`]: signatures, webhooks, the REST client, error codes.

pub mod address;
pub mod clock;
pub mod fault;
pub mod ids;
pub mod lambda;
pub mod phone;
pub mod secret;
pub mod sid;
pub mod twilio;
