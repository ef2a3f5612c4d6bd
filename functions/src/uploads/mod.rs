//! Uploads: files that a browser uploads before they are attached to a message.

pub mod accepted_type;
pub mod create;

use shared::lambda::Function;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[http("create-upload", "POST", "/api/uploads", create::build)];
