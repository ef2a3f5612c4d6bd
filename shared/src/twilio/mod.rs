//! Everything that Twilio decides: how it signs, what its webhooks say and how it is called.
//!
//! - [`signature`]: whether a webhook is Twilio's.
//! - [`form`]: the bodies of webhooks, decoded once.
//! - [`webhook`]: what a webhook says, in types; [`event_streams`]: Event Streams, read as webhooks.
//! - [`callback`]: the path of status callbacks; [`error`]: the errors of our requests.
//! - [`client`]: sends requests to the products' base URLs ([`product`]); [`message_resource`], `media_resource`: the
//!   calls by resource; [`message_list`]: listed messages. [`media`]: downloads the files of a message.

pub mod callback;
pub mod client;
pub mod error;
pub mod event_streams;
pub mod form;
mod invalid_webhook;
pub mod media;
mod media_resource;
pub mod message_list;
pub mod message_resource;
pub mod product;
mod response;
pub mod signature;
#[cfg(test)]
mod tests;
pub mod webhook;
mod webhook_params;
