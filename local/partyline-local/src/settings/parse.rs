//! Reading single settings.

use super::error::SettingsError;

/// Splits a text at commas and drops empty parts.
pub(super) fn parse_list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Returns the value of a variable, or an error if it is missing.
pub(super) fn required(
    value: &impl Fn(&str) -> Option<String>,
    name: &'static str,
) -> Result<String, SettingsError> {
    value(name).ok_or(SettingsError::Value { name, message: "is not set" })
}
