//! Addresses of senders and contacts on each channel, as Twilio writes them.

mod canonical;
pub mod invalid;
pub mod phone;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::address::phone::PhoneNumber;

/// The channel of a message.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// SMS and MMS: addresses without a prefix.
    Sms,
    /// WhatsApp: `whatsapp:+…`.
    WhatsApp,
    /// Facebook Messenger: `messenger:` and the ID of a page, or of a user of that page.
    Messenger,
    /// RCS: `rcs:` and a phone number or the ID of an RCS agent.
    Rcs,
    /// Chat: `client:` and a chat identity at Twilio.
    Client,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 5] =
        [Self::Sms, Self::WhatsApp, Self::Messenger, Self::Rcs, Self::Client];

    /// Returns the channel's name, as used in the API and as the prefix of an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::WhatsApp => "whatsapp",
            Self::Messenger => "messenger",
            Self::Rcs => "rcs",
            Self::Client => "client",
        }
    }

    /// Returns the channel with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Sms, Self::WhatsApp, Self::Messenger, Self::Rcs, Self::Client];
        all.into_iter().find(|channel| channel.as_str() == name)
    }

    /// Returns the channel's name for use in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sms => "SMS",
            Self::WhatsApp => "WhatsApp",
            Self::Messenger => "Messenger",
            Self::Rcs => "RCS",
            Self::Client => "chat",
        }
    }
}

impl std::fmt::Display for Channel {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A sender's or contact's identifier on one channel.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    text: String,
    channel: Channel,
    phone: Option<PhoneNumber>,
}

/// The error for a text that is not an address of any channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address of a known channel")]
pub struct InvalidAddress;

impl Address {
    /// Parses an address as Twilio writes it.
    ///
    /// Forms: `+1206…`, or another name of 1 to 40 printable characters (all SMS), `whatsapp:+1206…`, `messenger:…`,
    /// `rcs:…` and `client:…`. Networks deliver SMS from names in any form; only E.164 is a phone number.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let (channel, name) = match text.split_once(':') {
            None => (Channel::Sms, text),
            Some(("whatsapp", name)) => (Channel::WhatsApp, name),
            Some(("messenger", name)) => (Channel::Messenger, name),
            Some(("rcs", name)) => (Channel::Rcs, name),
            Some(("client", name)) => (Channel::Client, name),
            Some(_) => return Err(InvalidAddress),
        };
        let may_be_phone = matches!(channel, Channel::Sms | Channel::WhatsApp | Channel::Rcs);
        let phone = match PhoneNumber::parse(name) {
            Ok(phone) if may_be_phone => Some(phone),
            // On WhatsApp and RCS, a leading plus sign always means a phone number.
            Err(_) if may_be_phone && channel != Channel::Sms && name.starts_with('+') => {
                return Err(InvalidAddress);
            }
            _ => None,
        };
        let fits = match channel {
            Channel::Sms => phone.is_some() || is_network_name(name),
            _ => phone.is_some() || is_id(name),
        };
        if !fits {
            return Err(InvalidAddress);
        }
        Ok(Self { text: text.to_owned(), channel, phone })
    }

    /// Returns the SMS address of a phone number.
    pub fn sms(phone: PhoneNumber) -> Self {
        Self { text: phone.as_str().to_owned(), channel: Channel::Sms, phone: Some(phone) }
    }

    /// Returns the address of a phone number on a channel.
    ///
    /// Returns `None` if the channel has no phone numbers.
    pub fn for_channel(channel: Channel, phone: PhoneNumber) -> Option<Self> {
        let prefix = match channel {
            Channel::Sms => "",
            Channel::WhatsApp => "whatsapp:",
            Channel::Rcs => "rcs:",
            Channel::Messenger | Channel::Client => return None,
        };
        Some(Self { text: format!("{prefix}{phone}"), channel, phone: Some(phone) })
    }

    /// Returns whether this is an SMS address without a phone number that has the form of a short code.
    pub fn is_short_code(&self) -> bool {
        self.channel == Channel::Sms && is_short_code(&self.text)
    }

    /// Returns whether this is a user ID on WhatsApp instead of a phone number.
    pub fn is_user_id(&self) -> bool {
        self.channel == Channel::WhatsApp && self.phone.is_none()
    }

    /// Returns whether the address can be one of our senders: not a name that only networks write.
    pub fn can_be_sender(&self) -> bool {
        self.channel != Channel::Sms
            || self.phone.is_some()
            || is_short_code(&self.text)
            || is_sender_name(&self.text)
    }

    /// Returns the form from which keys are made. Both spellings of a number in Mexico, Argentina and Brazil have the
    /// same.
    pub fn canonical(&self) -> String {
        match &self.phone {
            Some(phone) => self.text.replacen(phone.as_str(), &phone.canonical(), 1),
            None => self.text.clone(),
        }
    }

    /// Returns the channel of the address.
    pub fn channel(&self) -> Channel {
        self.channel
    }

    /// Returns the phone number in the address, if there is one.
    pub fn phone(&self) -> Option<&PhoneNumber> {
        self.phone.as_ref()
    }

    /// Returns the address as Twilio writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Returns whether `name` has the form of a short code.
///
/// Short codes have five or six digits in most countries, and three to eight in the others.
fn is_short_code(name: &str) -> bool {
    (3..=8).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a network may have written `name` as a sender: 1 to 40 printable characters without a colon.
fn is_network_name(name: &str) -> bool {
    (1..=40).contains(&name.chars().count())
        && name.chars().any(|c| !c.is_whitespace())
        && !name.chars().any(|c| c.is_control() || c == ':')
}

/// Returns whether `name` is an alphanumeric sender ID.
///
/// It has at most 11 characters, of which at least one is a letter.
fn is_sender_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '+' | '-' | '_' | '&');
    name.len() <= 11
        && name.chars().all(allowed)
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
        && name.trim() == name
}

/// Returns whether `name` has the form of an ID: at most 256 bytes, without spaces and colons.
///
/// A colon would mean that the prefix is there twice.
fn is_id(name: &str) -> bool {
    let forbidden = |c: char| c.is_control() || c.is_whitespace() || c == ':';
    (1..=256).contains(&name.len()) && !name.chars().any(forbidden)
}

impl std::fmt::Display for Address {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.text)
    }
}

/// Shows only the channel and the last two characters, so that no address gets into a log.
impl std::fmt::Debug for Address {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut last: Vec<char> = self.text.chars().rev().take(2).collect();
        last.reverse();
        write!(out, "Address({}:…{})", self.channel, last.into_iter().collect::<String>())
    }
}

impl TryFrom<String> for Address {
    type Error = InvalidAddress;

    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_of_each_channel_are_parsed() {
        for (text, channel, phone) in [
            ("+12065551212", Channel::Sms, true),
            ("24273", Channel::Sms, false),
            ("PARTYLINE", Channel::Sms, false),
            ("GOV.UK", Channel::Sms, false),
            ("Sam's Pizza", Channel::Sms, false),
            ("M!Shop", Channel::Sms, false),
            ("+28849", Channel::Sms, false),
            ("123456789", Channel::Sms, false),
            ("07700900123", Channel::Sms, false),
            ("15551234567", Channel::Sms, false),
            ("BIGSENDERID12", Channel::Sms, false),
            ("Ärzte", Channel::Sms, false),
            ("+١٢٠٦٥٥٥١٢١٢", Channel::Sms, false),
            ("whatsapp:+12065551212", Channel::WhatsApp, true),
            ("whatsapp:US.13491208655302741918", Channel::WhatsApp, false),
            ("messenger:7890000000000001", Channel::Messenger, false),
            ("rcs:+12065551212", Channel::Rcs, true),
            ("rcs:acme_support_agent", Channel::Rcs, false),
            ("client:maria", Channel::Client, false),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.as_str(), address.channel()), (text, channel));
            assert_eq!(address.phone().is_some(), phone, "{text}");
            let name = serde_json::to_string(&channel).unwrap();
            assert_eq!(name, format!("\"{channel}\""));
            assert_eq!(Channel::from_name(channel.as_str()), Some(channel));
        }
        let phone = PhoneNumber::parse("+12065551212").unwrap();
        assert_eq!(Address::parse("+12065551212").unwrap(), Address::sms(phone.clone()));
        for (channel, text) in [
            (Channel::Sms, "+12065551212"),
            (Channel::WhatsApp, "whatsapp:+12065551212"),
            (Channel::Rcs, "rcs:+12065551212"),
        ] {
            assert_eq!(Address::for_channel(channel, phone.clone()), Address::parse(text).ok());
        }
        assert_eq!(Address::for_channel(Channel::Messenger, phone), None);
    }

    #[test]
    fn text_in_no_channel_format_is_rejected() {
        for text in [
            "",
            " ",
            "whatsapp:",
            "whatsapp:+1206",
            "rcs:+x",
            "WhatsApp:+12065551212",
            "sip:maria@example.com",
            "whatsapp:whatsapp:+12065551212",
            "whatsapp:rcs:+12065551212",
            "messenger:messenger:7890000000000001",
            "client:client:maria",
            "tel:+12065551212",
            "tel:tel:+12065551212",
            "whatsapp:++12065551212",
            "rcs:++12065551212",
            "client:a b",
            "messenger:a\nb",
            "A\u{7}",
            "a name of more than forty characters, alas",
        ] {
            assert_eq!(Address::parse(text), Err(InvalidAddress), "{text}");
        }
    }

    #[test]
    fn debug_shows_two_characters_only() {
        let address = Address::parse("whatsapp:+12065551212").unwrap();
        assert_eq!(format!("{address:?}"), "Address(whatsapp:…12)");
    }

    proptest! {
        #[test]
        fn any_text_is_accepted_unchanged_or_rejected(text in "(whatsapp:|rcs:|client:|)\\PC{0,30}") {
            if let Ok(address) = Address::parse(&text) {
                prop_assert_eq!(address.as_str(), &text);
                let json = serde_json::to_string(&address).unwrap();
                prop_assert_eq!(serde_json::from_str::<Address>(&json).unwrap(), address);
            }
        }
    }
}
