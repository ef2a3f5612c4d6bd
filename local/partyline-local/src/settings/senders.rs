//! Our senders as the settings name them.

use std::collections::BTreeMap;

use shared::address::Address;

use super::error::SettingsError;
use super::parse::{parse_list, required};

/// The variables of senders on other channels than SMS, and the prefix of their addresses.
pub(super) const CHANNELS: [(&str, &str); 3] = [
    ("WHATSAPP_ID", "whatsapp:"),
    ("FACEBOOK_MESSENGER_ID", "messenger:"),
    ("RCS_SENDER_ID", "rcs:"),
];

/// The variable of the countries.
const COUNTRIES: &str = "SENDER_COUNTRIES";

/// Our senders.
#[derive(Clone)]
pub struct Senders {
    /// `TWILIO_NUMBER`: the main number, E.164.
    pub number: String,
    /// `TWILIO_NUMBERS`: additional numbers, E.164.
    pub further_numbers: Vec<String>,
    /// `WHATSAPP_ID`, `FACEBOOK_MESSENGER_ID`, `RCS_SENDER_ID`: senders on other channels.
    pub channel_senders: Vec<String>,
    /// `SENDER_COUNTRIES`: the countries that a sender may write to first, if it has its own.
    pub countries: BTreeMap<String, Vec<String>>,
    /// `TWILIO_MESSAGING_SERVICE_SID`: the Messaging Service of the SMS and RCS senders.
    pub messaging_service_sid: Option<String>,
}

impl Senders {
    /// Parses the senders from the values of the settings.
    pub(super) fn from_values(
        value: &impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let mut senders = Self {
            number: required(value, "TWILIO_NUMBER")?,
            further_numbers: parse_list(&value("TWILIO_NUMBERS").unwrap_or_default()),
            channel_senders: channel_senders(value)?,
            countries: BTreeMap::new(),
            messaging_service_sid: value("TWILIO_MESSAGING_SERVICE_SID"),
        };
        senders.countries = countries(value, &senders.addresses())?;
        Ok(senders)
    }

    /// Returns the addresses of all senders: the main number, the other numbers, then the other channels.
    pub fn addresses(&self) -> Vec<String> {
        let numbers = std::iter::once(&self.number).chain(&self.further_numbers);
        numbers.chain(&self.channel_senders).cloned().collect()
    }
}

/// Parses the senders on other channels.
///
/// Their prefix is optional.
fn channel_senders(value: &impl Fn(&str) -> Option<String>) -> Result<Vec<String>, SettingsError> {
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

/// Parses the countries by sender: `+18555080989=US/CA,whatsapp:+18555080990=DE`.
fn countries(
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

/// Returns whether `text` has the form of an ISO 3166 country code: two capital letters.
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
