//! Event Streams: the same news as the webhooks, as signed `CloudEvents` for the sinks of whoever subscribed.
//!
//! - [`event`]: what is told, and to whom; written with the change itself. [`post`]: brings it there, and tries again.

pub(super) mod event;
pub(super) mod post;
