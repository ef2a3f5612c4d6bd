//! Everything that Twilio decides: how it signs, what its webhooks say, how it is called, what its codes mean.
//!
//! - [`signature`]: whether a webhook is Twilio's.
//! - [`form`]: the bodies of webhooks, decoded once.
//! - [`webhook`]: what a webhook says, in types.
//! - [`client`]: the calls that we make.
//! - [`codes`]: Twilio's error codes in plain words.

mod answer;
pub mod client;
pub mod codes;
pub mod form;
pub mod signature;
pub mod webhook;
