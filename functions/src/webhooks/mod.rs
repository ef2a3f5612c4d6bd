//! Twilio's webhooks: signature verification, and quarantine for requests that cannot be processed.

pub mod quarantine;
pub mod signed_request;
pub mod verify;
