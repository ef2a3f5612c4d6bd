//! Our senders as the settings name them: those beside SMS, and the countries that each may write to first.

use std::collections::BTreeMap;

use shared::address::Address;

use crate::settings::{SettingsError, list};

/// The variables of the senders beside SMS, and what each sender begins with.
pub(crate) const CHANNELS: [(&str, &str); 3] = [
    ("WHATSAPP_ID", "whatsapp:"),
    ("FACEBOOK_MESSENGER_ID", "messenger:"),
    ("RCS_SENDER_ID", "rcs:"),
];

/// The variable of the countries.
const COUNTRIES: &str = "SENDER_COUNTRIES";

/// The senders of the other channels, with the prefix that somebody may have left out.
pub(crate) fn of_channels(
    value: &impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, SettingsError> {
    let mut senders = Vec::new();
    for (name, prefix) in CHANNELS {
        for id in list(&value(name).unwrap_or_default()) {
            let id = id.strip_prefix(prefix).unwrap_or(&id);
            let wrong = "must be a sender as Twilio writes it, as in .env.example";
            Address::parse(&format!("{prefix}{id}"))
                .map(|address| senders.push(address.to_string()))
                .map_err(|_| SettingsError::Value { name, wrong })?;
        }
    }
    Ok(senders)
}

/// The countries by sender: `+18555080989=US/CA,whatsapp:+18555080990=DE`.
pub(crate) fn countries(
    value: &impl Fn(&str) -> Option<String>,
    senders: &[String],
) -> Result<BTreeMap<String, Vec<String>>, SettingsError> {
    let read = |entry: String| {
        let (sender, countries) = entry.split_once('=')?;
        let countries: Vec<String> = countries.split('/').map(str::to_owned).collect();
        let known = senders.iter().any(|one| one == sender)
            && countries.iter().all(|country| is_country(country));
        known.then(|| (sender.to_owned(), countries))
    };
    let wrong = "must be a list of our senders, each with its countries, as in .env.example";
    let entries = list(&value(COUNTRIES).unwrap_or_default()).into_iter();
    entries.map(read).collect::<Option<_>>().ok_or(SettingsError::Value { name: COUNTRIES, wrong })
}

/// Two capital letters, as ISO 3166 has them.
fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_belong_to_senders_of_ours_and_are_two_capital_letters() {
        let senders = ["+18555080989".to_owned(), "whatsapp:+18555080990".to_owned()];
        let read = |text: &str| countries(&|_| Some(text.to_owned()), &senders);
        assert_eq!(read("").unwrap(), BTreeMap::new());
        let both = read("+18555080989=US/CA, whatsapp:+18555080990=DE").unwrap();
        assert_eq!(both["+18555080989"], ["US", "CA"]);
        assert_eq!(both["whatsapp:+18555080990"], ["DE"]);
        let odd = ["+18555080989", "+18555080989=", "+18555080989=us", "+18555080989=USA", "+1=US"];
        for odd in odd {
            let told = read(odd).unwrap_err().to_string();
            assert!(told.starts_with("SENDER_COUNTRIES must be a list"), "{odd}: {told}");
        }
    }
}
