//! Conversation IDs, derived from both addresses and the install key, so that no look-up is needed.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::address::Address;
use crate::config::InstallKey;
use crate::text::checked_text;

/// The prefix of the partition keys of conversations.
pub(crate) const PK_PREFIX: &str = "CONV#";

checked_text! {
    /// The ID of a conversation: the first 128 bits of an HMAC of both addresses, as lower-case base32.
    ///
    /// It does not reveal the addresses, and is the same for both spellings of a number. All messages between a pair have the same ID, so two concurrent first messages
    /// cannot create two conversations.
    ConversationId, check, "not a conversation ID"
}

/// Accepts 26 characters of lower-case base32.
fn check(text: &str) -> Option<String> {
    let valid =
        text.len() == 26 && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
    valid.then(|| text.to_owned())
}

impl ConversationId {
    /// Returns the ID of the direct conversation between a business address and a contact address.
    pub fn direct(key: &InstallKey, business: &Address, contact: &Address) -> Self {
        let mac = key.mac("direct", &[&business.canonical(), &contact.canonical()]);
        let bits = mac.get(..16).unwrap_or_default();
        Self(data_encoding::BASE32_NOPAD.encode(bits).to_lowercase())
    }
}

/// Reads the ID from a partition key, `CONV#{id}`.
pub(crate) fn id_from_pk<'de, D: Deserializer<'de>>(pk: D) -> Result<ConversationId, D::Error> {
    let pk = String::deserialize(pk)?;
    let id = pk.strip_prefix(PK_PREFIX).and_then(ConversationId::parse);
    id.ok_or_else(|| D::Error::custom("not the partition key of a conversation"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_deterministic_and_depends_on_key_and_both_addresses() {
        let key = InstallKey::new([1; 32]);
        let (ours, theirs) =
            (Address::parse("+18555080989").unwrap(), Address::parse("+12065550100").unwrap());
        let id = ConversationId::direct(&key, &ours, &theirs);
        assert_eq!(id, ConversationId::direct(&key, &ours, &theirs));
        assert_ne!(id, ConversationId::direct(&InstallKey::new([2; 32]), &ours, &theirs));
        assert_ne!(id, ConversationId::direct(&key, &theirs, &ours));
        assert_eq!(ConversationId::parse(id.as_str()), Some(id));
        let mexican =
            |text: &str| ConversationId::direct(&key, &ours, &Address::parse(text).unwrap());
        assert_eq!(mexican("+525512345678"), mexican("+5215512345678"));
        assert_ne!(mexican("+525512345678"), mexican("whatsapp:+525512345678"));
    }
}
