//! Our senders as the settings name them: those beside SMS, and the countries that each may write to first.

use std::collections::BTreeMap;

use shared::address::Address;

use super::error::SettingsError;
use super::parse::parse_list;

/// The variables of the senders beside SMS, and what each sender begins with.
pub(super) const CHANNELS: [(&str, &str); 3] = [
    ("WHATSAPP_ID", "whatsapp:"),
    ("FACEBOOK_MESSENGER_ID", "messenger:"),
    ("RCS_SENDER_ID", "rcs:"),
];

/// The variable of the countries.
const COUNTRIES: &str = "SENDER_COUNTRIES";

/// The senders of the other channels, with the prefix that somebody may have left out.
pub(super) fn channel_senders(
    value: &impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, SettingsError> {
    let mut senders = Vec::new();
    for (name, prefix) in CHANNELS {
        for id in parse_list(&value(name).unwrap_or_default()) {
            let id = id.strip_prefix(prefix).unwrap_or(&id);
            let message = "must be a sender in Twilio's format; see .env.example";
            Address::parse(&format!("{prefix}{id}"))
                .map(|address| senders.push(address.to_string()))
                .map_err(|_| SettingsError::Value { name, message })?;
        }
    }
    Ok(senders)
}

/// The countries by sender: `+18555080989=US/CA,whatsapp:+18555080990=DE`.
pub(super) fn countries(
    value: &impl Fn(&str) -> Option<String>,
    senders: &[String],
) -> Result<BTreeMap<String, Vec<String>>, SettingsError> {
    let parse_entry = |entry: String| {
        let (sender, countries) = entry.split_once('=')?;
        let countries: Vec<String> = countries.split('/').map(str::to_owned).collect();
        let is_valid = senders.iter().any(|known_sender| known_sender == sender)
            && countries.iter().all(|country| is_country(country));
        is_valid.then(|| (sender.to_owned(), countries))
    };
    let message = "must be a list of configured senders with their countries; see .env.example";
    let entries = parse_list(&value(COUNTRIES).unwrap_or_default()).into_iter();
    entries
        .map(parse_entry)
        .collect::<Option<_>>()
        .ok_or(SettingsError::Value { name: COUNTRIES, message })
}

/// Two capital letters, as ISO 3166 has them.
fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_need_a_configured_sender_and_two_capital_letters() {
        let senders = ["+18555080989".to_owned(), "whatsapp:+18555080990".to_owned()];
        let parse = |text: &str| countries(&|_| Some(text.to_owned()), &senders);
        assert_eq!(parse("").unwrap(), BTreeMap::new());
        let both = parse("+18555080989=US/CA, whatsapp:+18555080990=DE").unwrap();
        assert_eq!(both["+18555080989"], ["US", "CA"]);
        assert_eq!(both["whatsapp:+18555080990"], ["DE"]);
        let invalid_values =
            ["+18555080989", "+18555080989=", "+18555080989=us", "+18555080989=USA", "+1=US"];
        for value in invalid_values {
            let error = parse(value).unwrap_err().to_string();
            assert!(error.starts_with("SENDER_COUNTRIES must be a list"), "{value}: {error}");
        }
    }
}
