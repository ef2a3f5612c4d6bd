//! Validates and normalizes sign-in names.

use shared::error::{Error, Result};
use shared::localized;

/// Returns a sign-in name in lower case: 1 to 64 letters, digits, dots, hyphens, underscores, `@` or `+`.
pub fn normalize_username(name: &str) -> Result<String> {
    let normalized = name.trim().to_lowercase();
    let valid = (1..=64).contains(&normalized.chars().count())
        && normalized.chars().all(|c| c.is_alphanumeric() || ".-_@+".contains(c));
    if valid { Ok(normalized) } else { Err(Error::Unprocessable(localized::user::name_unusable())) }
}
