//! Event Streams: Twilio's events about messages, in addition to its webhooks.

pub mod receive;

use shared::lambda::Function;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[http("receive-events", "POST", receive::PATH, receive::build)];
