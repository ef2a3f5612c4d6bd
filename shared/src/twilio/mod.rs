//! The interface to Twilio: signatures, webhooks, Twilio events and the REST API.
//!
//! - [`signature`]: verifies the signatures of webhooks.
//! - [`form`]: parses the bodies of webhooks.
//! - [`webhook`]: the content of webhooks; [`event_streams`]: Twilio events, converted to webhooks.
//! - [`callback`]: the path of status callbacks; [`error`]: the errors of requests.
//! - [`client`]: the client of the REST API; [`media`]: fetching of inbound media.

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
