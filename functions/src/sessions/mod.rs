//! Sessions: sign in, refresh the access token and sign out.

pub mod refresh;
pub mod sign_in;
pub mod sign_out;
pub mod tokens;

use shared::lambda::Function;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[
    http("sign-in", "POST", "/api/session", sign_in::build),
    http("refresh-session", "POST", "/api/session/refresh", refresh::build),
    http("sign-out", "DELETE", "/api/session", sign_out::build),
];
