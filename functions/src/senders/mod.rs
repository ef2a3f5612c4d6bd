//! The configured senders.

pub mod directory;
pub mod list;

use shared::lambda::Function;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[http("list-senders", "GET", "/api/senders", list::build)];
