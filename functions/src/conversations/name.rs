//! Names of contacts and users as they are stored.

use shared::error::{Error, Result};
use shared::localized::conversation as texts;

/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 120;

/// Returns the name without control characters and outer spaces; `None` if nothing is left.
pub fn clean_name(name: Option<&str>) -> Result<Option<String>> {
    let cleaned: String =
        name.unwrap_or_default().chars().filter(|character| !character.is_control()).collect();
    let cleaned = cleaned.trim();
    if cleaned.chars().count() > MAX_NAME_CHARS {
        return Err(Error::Unprocessable(texts::name_too_long(MAX_NAME_CHARS)));
    }
    Ok((!cleaned.is_empty()).then(|| cleaned.to_owned()))
}
