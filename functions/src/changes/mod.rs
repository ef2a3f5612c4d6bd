//! The table's stream, read twice: `push` tells the page, `dispatch` tells Twilio.

pub mod dispatch;
pub mod hand_off;
mod look_up_media;
mod look_up_message;
pub mod push;
mod redact;
pub(crate) mod send;
