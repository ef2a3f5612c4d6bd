//! Event Streams: message events as signed `CloudEvents`, posted to the subscribed sinks.
//!
//! - [`event`]: the contents; stored in the transaction of the change. [`post`]: posts them, with retries.

pub(super) mod event;
pub(super) mod post;
