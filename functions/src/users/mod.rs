//! The people who may sign in.

pub mod create;

use shared::error::{Error, Result};
use shared::sentences;

/// A sign-in name as it is compared: lower case, 1 to 64 letters, digits, dots, hyphens, underscores, `@` or `+`.
pub fn fold_username(name: &str) -> Result<String> {
    let folded = name.trim().to_lowercase();
    let usable = (1..=64).contains(&folded.chars().count())
        && folded.chars().all(|c| c.is_alphanumeric() || ".-_@+".contains(c));
    if usable { Ok(folded) } else { Err(Error::Refused(sentences::user::name_unusable())) }
}
