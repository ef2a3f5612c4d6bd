//! The functions that read the table's stream: `push` writes to sockets, `dispatch` makes changes at Twilio.

pub mod dispatch;
pub mod push;
