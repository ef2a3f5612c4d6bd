//! Whether a message may be sent, and what it costs in segments.

pub mod can_send;
pub mod segments;
pub mod send_check;
