//! Phone numbers that users type.

pub mod check;

use shared::lambda::Function;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] =
    &[http("check-number", "POST", "/api/numbers/check", check::build)];
