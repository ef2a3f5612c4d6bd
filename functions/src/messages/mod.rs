//! Messages: received, sent, tried again, listed, and what became of them.

pub mod check;
pub mod deciding;
pub mod list;
pub mod receive;
pub mod record_delivery;
pub mod retry;
pub mod send;
pub mod webhook;
