//! The functions that read the table's stream: `push` writes to sockets, `dispatch` makes changes at Twilio.

pub mod dispatch;
pub mod push;

use shared::lambda::Function;

use crate::table::stream;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] =
    &[stream("push", push::build), stream("dispatch", dispatch::build)];
