//! Addresses of the network's channels, as Twilio writes them: `+1206…`, `whatsapp:+1206…`, `messenger:…`, `rcs:…`.

use serde::Deserialize;

use super::number;

/// The way a message takes.
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
    /// The channel of an address that was parsed.
    pub fn from_address(address: &str) -> Self {
        match address.split_once(':') {
            Some(("whatsapp", _)) => Self::WhatsApp,
            Some(("messenger", _)) => Self::Messenger,
            Some(("rcs", _)) => Self::Rcs,
            _ => Self::Sms,
        }
    }

    /// What stands before an address of the channel.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Sms => "",
            Self::WhatsApp => "whatsapp:",
            Self::Messenger => "messenger:",
            Self::Rcs => "rcs:",
        }
    }

    /// Whether the sender learns that a message was read.
    pub fn has_receipts(self) -> bool {
        self != Self::Sms
    }

    /// Whether free text may be sent only within 24 hours of the customer's last message.
    pub fn has_window(self) -> bool {
        matches!(self, Self::WhatsApp | Self::Messenger)
    }
}

/// `text` as an address that the network could route.
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

/// The address without its channel: a number, or an id.
pub fn bare(address: &str) -> &str {
    address.split_once(':').map_or(address, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_the_channel_that_it_begins_with() {
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
        for nonsense in ["whatsapp:me", "fax:+12065550100", "messenger:", "rcs:+1", "12"] {
            assert_eq!(parse(nonsense), None, "{nonsense}");
        }
    }
}
