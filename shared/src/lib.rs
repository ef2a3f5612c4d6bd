//! What every Partyline function stands on.
//!
//! - [`clock`], [`ids`], [`fault`]: time, randomness and fault points, all injected.
//! - [`lambda`]: the function kernel.
//! - [`phone`], [`address`], [`sid`], [`secret`]: texts that are parsed once and typed from then on.

pub mod address;
pub mod clock;
pub mod fault;
pub mod ids;
pub mod lambda;
pub mod phone;
pub mod secret;
pub mod sid;
