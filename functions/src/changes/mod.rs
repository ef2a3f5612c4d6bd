//! The table's stream, read twice: `push` tells the page, `dispatch` tells Twilio.

mod announced;
pub mod dispatch;
pub mod handing;
mod lookup;
pub mod push;
mod redaction;
pub(crate) mod sending;
