//! Everything that Twilio decides: how it signs, what its webhooks say and how it is called.
//!
//! - [`signature`]: whether a webhook is Twilio's.
//! - [`form`]: the bodies of webhooks, decoded once.
//! - [`webhook`]: what a webhook says, in types; [`event_streams`]: Event Streams, read as webhooks.
//! - [`callback`]: the path of status callbacks; [`error`]: the errors of our requests.
//! - [`client`]: the calls that we make; [`media`]: what came with a message, read.

pub mod callback;
pub mod client;
pub mod error;
pub mod event_streams;
pub mod form;
mod invalid_webhook;
pub mod media;
mod message_list;
mod message_resource;
mod response;
pub mod signature;
pub mod webhook;
mod webhook_params;
