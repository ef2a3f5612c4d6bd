//! Health checks.

pub mod get;

use shared::lambda::Function;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[http("get-health", "GET", "/api/health", get::build)];
