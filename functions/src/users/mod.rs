//! The people who may sign in.

pub mod create;

use shared::error::{Error, Result};
use shared::lambda::Function;
use shared::localized;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[http("create-user", "POST", "/api/users", create::build)];

/// A sign-in name as it is compared: lower case, 1 to 64 letters, digits, dots, hyphens, underscores, `@` or `+`.
pub fn normalize_username(name: &str) -> Result<String> {
    let normalized = name.trim().to_lowercase();
    let valid = (1..=64).contains(&normalized.chars().count())
        && normalized.chars().all(|c| c.is_alphanumeric() || ".-_@+".contains(c));
    if valid { Ok(normalized) } else { Err(Error::Unprocessable(localized::user::name_unusable())) }
}
