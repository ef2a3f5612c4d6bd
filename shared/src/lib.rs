//! What every Partyline function stands on.
//!
//! - [`clock`], [`ids`], [`fault`]: time, randomness and fault points, all injected.
//! - [`lambda`]: the function kernel.

pub mod clock;
pub mod fault;
pub mod ids;
pub mod lambda;
