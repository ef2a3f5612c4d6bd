//! The interface to Twilio: signatures, webhooks, Twilio events and the REST API.
//!
//! - [`signature`]: verifies the signatures of webhooks.
//! - [`form`]: parses the bodies of webhooks.
//! - [`webhook`]: the content of webhooks; [`event_streams`]: Twilio events, converted to webhooks.
//! - [`callback`]: the path of status callbacks; [`error`]: the errors of requests.
//! - [`client`]: sends requests to the products' base URLs ([`product`]); [`message_resource`], `media_resource`: the
//!   requests by resource; [`message_list`]: listed messages. [`media`]: fetches the files of a message.

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
