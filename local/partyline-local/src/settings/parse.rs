//! Values of settings that are lists.

/// Values between commas.
pub(super) fn parse_list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
