//! Uploads: files on their way from a browser to a message.

pub mod create;
pub mod limits;

use shared::lambda::Function;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[http("create-upload", "POST", "/api/uploads", create::build)];
