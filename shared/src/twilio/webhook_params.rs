//! Access to the parameters of a webhook.

use super::invalid_webhook::InvalidWebhook;
use crate::address::Address;
use crate::localized::quarantine;
use crate::message::extras::{Button, Forwarded, Location, Price, Referral};
use crate::text::first_bytes;

/// The maximum number of media files of a message at Twilio.
pub(super) const MAX_MEDIA: usize = 10;

/// The maximum length of a profile name, in bytes. It keeps META within one write unit.
const MAX_PROFILE_NAME_BYTES: usize = 80;

/// The maximum length of a stored SID, in characters.
pub(super) const MAX_SID: usize = 64;

/// The maximum length of each stored text of a referral, in characters.
const MAX_REFERRAL_TEXT: usize = 2_000;

/// The maximum number of other recipients. Carriers allow fewer in a group MMS.
const MAX_OTHER_RECIPIENTS: usize = 20;

/// Removes control characters from a profile name. Returns `None` if nothing is left.
pub(super) fn clean_profile_name(text: &str) -> Option<String> {
    let visible: String = text.chars().filter(|character| !character.is_control()).collect();
    let name = first_bytes(visible.trim(), MAX_PROFILE_NAME_BYTES).trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

pub(super) fn truncate(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

/// The parameters of a webhook.
pub(super) struct WebhookParams<'a>(pub(super) &'a [(String, String)]);

impl<'a> WebhookParams<'a> {
    /// Returns the value of `name`, or `None` if it is missing or empty.
    ///
    /// Equal duplicates are allowed, because the signature covers them only once. Different values are an error.
    pub(super) fn get_unique(&self, name: &str) -> Result<Option<&'a str>, InvalidWebhook> {
        let mut values = self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.any(|value| Some(value) != first) {
            return Err(InvalidWebhook(quarantine::parameter_twice(name)));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    pub(super) fn get_text(&self, name: &str) -> Result<Option<String>, InvalidWebhook> {
        Ok(self.get_unique(name)?.map(str::to_owned))
    }

    /// Returns the reported number of media files, at most [`MAX_MEDIA`].
    pub(super) fn media_count(&self) -> Result<usize, InvalidWebhook> {
        let count = self.get_unique("NumMedia")?.and_then(|text| text.parse::<usize>().ok());
        Ok(count.unwrap_or_default().min(MAX_MEDIA))
    }

    /// Returns the sender's address. On WhatsApp it can be an ID instead of a number.
    pub(super) fn sender(&self) -> Result<Address, InvalidWebhook> {
        let name = match self.get_unique("From")? {
            None if self.get_unique("ExternalUserId")?.is_some() => "ExternalUserId",
            _ => "From",
        };
        self.parse(name, |text| Address::parse(text).ok())
    }

    /// Returns the user ID of a contact whose phone number is known too.
    pub(super) fn user_id(&self) -> Result<Option<Address>, InvalidWebhook> {
        let (from, user_id) = (self.get_unique("From")?, self.get_unique("ExternalUserId")?);
        let other = user_id.filter(|user_id| from.is_some_and(|from| from != *user_id));
        Ok(other.and_then(|text| Address::parse(text).ok()))
    }

    /// Returns the name of the parameter with the status: `MessageStatus`, or `SmsStatus` in older callbacks.
    pub(super) fn status_name(&self) -> Result<&'static str, InvalidWebhook> {
        let has_status = self.get_unique("MessageStatus")?.is_some();
        let is_old = !has_status && self.get_unique("SmsStatus")?.is_some();
        Ok(if is_old { "SmsStatus" } else { "MessageStatus" })
    }

    pub(super) fn location(&self) -> Result<Option<Location>, InvalidWebhook> {
        let (Some(latitude), Some(longitude)) =
            (self.get_text("Latitude")?, self.get_text("Longitude")?)
        else {
            return Ok(None);
        };
        let (label, address) = (self.get_text("Label")?, self.get_text("Address")?);
        Ok(Some(Location { latitude, longitude, label, address }))
    }

    pub(super) fn button(&self) -> Result<Option<Button>, InvalidWebhook> {
        let button = Button {
            text: self.get_text("ButtonText")?,
            payload: self.get_text("ButtonPayload")?,
            list_id: self.get_text("ListId")?,
            list_title: self.get_text("ListTitle")?,
        };
        Ok((button != Button::default()).then_some(button))
    }

    pub(super) fn referral(&self) -> Result<Option<Referral>, InvalidWebhook> {
        let part = |name| Ok(self.get_unique(name)?.map(|text| truncate(text, MAX_REFERRAL_TEXT)));
        let referral = Referral {
            headline: part("ReferralHeadline")?,
            body: part("ReferralBody")?,
            // The page shows it as a link.
            url: part("ReferralSourceUrl")?
                .filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        };
        Ok((referral != Referral::default()).then_some(referral))
    }

    pub(super) fn other_recipients(&self) -> Result<Vec<Address>, InvalidWebhook> {
        let mut recipients = Vec::new();
        for index in 0..MAX_OTHER_RECIPIENTS {
            let recipient = self.get_unique(&format!("OtherRecipients{index}"))?;
            recipients.extend(recipient.and_then(|text| Address::parse(text).ok()));
        }
        Ok(recipients)
    }

    pub(super) fn price(&self) -> Result<Option<Price>, InvalidWebhook> {
        Ok(Price::from_twilio(self.get_text("Price")?, self.get_text("PriceUnit")?))
    }

    pub(super) fn forwarded(&self) -> Result<Option<Forwarded>, InvalidWebhook> {
        let flag =
            |name| Ok(self.get_unique(name)?.is_some_and(|text| text.eq_ignore_ascii_case("true")));
        Ok(match (flag("Forwarded")?, flag("FrequentlyForwarded")?) {
            (_, true) => Some(Forwarded::Often),
            (true, false) => Some(Forwarded::Once),
            (false, false) => None,
        })
    }

    pub(super) fn parse<T>(
        &self,
        name: &str,
        parse_value: fn(&str) -> Option<T>,
    ) -> Result<T, InvalidWebhook> {
        let Some(text) = self.get_unique(name)? else {
            return Err(InvalidWebhook(quarantine::parameter_missing(name)));
        };
        parse_value(text).ok_or_else(|| InvalidWebhook(quarantine::parameter_unreadable(name)))
    }
}
