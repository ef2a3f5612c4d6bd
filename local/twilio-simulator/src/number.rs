//! Phone numbers that the simulated network can route.

/// Parses a phone number to E.164.
///
/// Returns `None` if the network cannot route it.
///
/// Spaces and punctuation are dropped. Ten digits without a plus are North American.
pub fn parse(text: &str) -> Option<String> {
    let bare: String =
        text.trim().chars().filter(|c| !matches!(c, ' ' | '(' | ')' | '-' | '.')).collect();
    let number = match bare.strip_prefix('+') {
        Some(_) => bare,
        None if bare.len() == 10 => format!("+1{bare}"),
        None if bare.len() == 11 && bare.starts_with('1') => format!("+{bare}"),
        None => return None,
    };
    is_e164(&number).then_some(number)
}

/// Returns whether `number` is a plus and 7 to 15 digits of a number that can exist.
fn is_e164(number: &str) -> bool {
    let Some(digits) = number.strip_prefix('+') else { return false };
    let plausible = (7..=15).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && !digits.starts_with('0');
    match digits.strip_prefix('1') {
        // North America: ten digits, and no area code begins with 0 or 1.
        Some(national) => plausible && national.len() == 10 && !national.starts_with(['0', '1']),
        None => plausible,
    }
}

/// Returns the country code that Twilio would report, or an empty string for unknown prefixes.
pub fn country(number: &str) -> &'static str {
    const PLANS: [(&str, &str); 12] = [
        ("+1", "US"),
        ("+44", "GB"),
        ("+49", "DE"),
        ("+33", "FR"),
        ("+34", "ES"),
        ("+39", "IT"),
        ("+31", "NL"),
        ("+46", "SE"),
        ("+81", "JP"),
        ("+90", "TR"),
        ("+91", "IN"),
        ("+972", "IL"),
    ];
    PLANS.iter().find(|(prefix, _)| number.starts_with(prefix)).map_or("", |(_, country)| country)
}
