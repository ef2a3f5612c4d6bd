//! Addresses on each channel, in Twilio's form.
//!
//! For example `+1206…`, `whatsapp:+1206…`, `messenger:…` and `rcs:…`.

use serde::Deserialize;

use super::number;

/// The channel of an address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// SMS and MMS.
    #[default]
    Sms,
    /// WhatsApp.
    WhatsApp,
    /// Messenger.
    Messenger,
    /// RCS.
    Rcs,
}

impl Channel {
    /// Returns the channel of a parsed address.
    pub fn from_address(address: &str) -> Self {
        match address.split_once(':') {
            Some(("whatsapp", _)) => Self::WhatsApp,
            Some(("messenger", _)) => Self::Messenger,
            Some(("rcs", _)) => Self::Rcs,
            _ => Self::Sms,
        }
    }

    /// Returns the prefix of the channel's addresses.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Sms => "",
            Self::WhatsApp => "whatsapp:",
            Self::Messenger => "messenger:",
            Self::Rcs => "rcs:",
        }
    }

    /// Returns whether the channel reports that a message was read.
    pub fn has_receipts(self) -> bool {
        self != Self::Sms
    }

    /// Returns whether free-form messages need a message of the customer within the last 24 hours.
    pub fn has_window(self) -> bool {
        matches!(self, Self::WhatsApp | Self::Messenger)
    }
}

/// Parses an address of any channel, or returns `None` if it is invalid.
pub fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    let Some((channel, name)) = text.split_once(':') else { return number::parse(text) };
    let is_id = |punctuation: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || punctuation.contains(c);
        (1..=128).contains(&name.len()) && name.chars().all(allowed)
    };
    match channel {
        "whatsapp" => number::parse(name).map(|number| format!("whatsapp:{number}")),
        "messenger" if is_id("") => Some(text.to_owned()),
        "rcs" if name.starts_with('+') => number::parse(name).map(|number| format!("rcs:{number}")),
        "rcs" if is_id("_-.") => Some(text.to_owned()),
        _ => None,
    }
}

/// Returns the address without its channel: a number or an ID.
pub fn bare(address: &str) -> &str {
    address.split_once(':').map_or(address, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_parsed_and_its_prefix_names_the_channel() {
        for (text, parsed, channel) in [
            ("(206) 555-0100", "+12065550100", Channel::Sms),
            ("whatsapp:+1 206 555 0100", "whatsapp:+12065550100", Channel::WhatsApp),
            ("messenger:110000000000001", "messenger:110000000000001", Channel::Messenger),
            ("rcs:+12065550100", "rcs:+12065550100", Channel::Rcs),
            ("rcs:partyline_demo_agent", "rcs:partyline_demo_agent", Channel::Rcs),
        ] {
            assert_eq!(parse(text).as_deref(), Some(parsed));
            assert_eq!(Channel::from_address(parsed), channel);
        }
        for invalid in ["whatsapp:me", "fax:+12065550100", "messenger:", "rcs:+1", "12"] {
            assert_eq!(parse(invalid), None, "{invalid}");
        }
    }
}
