//! Users: people with a sign-in name.

pub mod create;

use shared::lambda::Function;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[http("create-user", "POST", "/api/users", create::build)];
