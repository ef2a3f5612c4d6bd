//! Event Streams: what Twilio tells of messages beside its webhooks.

pub mod receive;
