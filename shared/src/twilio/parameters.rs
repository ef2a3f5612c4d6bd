//! The parameters of a webhook, read one by one.

use super::webhook::Unreadable;
use crate::address::Address;
use crate::particulars::{Button, Forwarded, Location, Price, Referral};
use crate::sentences::quarantine;

/// How many files Twilio carries with one message.
pub(super) const MOST_MEDIA: usize = 10;

/// The longest name of a profile that is kept, characters.
const LONGEST_PROFILE: usize = 120;

/// The longest id that is kept, characters.
pub(super) const LONGEST_SID: usize = 64;

/// The longest part of a referral that is kept, characters.
const LONGEST_REFERRAL: usize = 2_000;

/// More others than carriers let a group MMS have.
const MOST_RECIPIENTS: usize = 20;

/// A name without what cannot be seen; none if nothing is left.
pub(super) fn profile_name(text: &str) -> Option<String> {
    let seen: String = text.chars().filter(|character| !character.is_control()).collect();
    let name = cut(seen.trim(), LONGEST_PROFILE);
    (!name.is_empty()).then_some(name)
}

pub(super) fn cut(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

/// A webhook's parameters, each read once.
pub(super) struct Parameters<'a>(pub(super) &'a [(String, String)]);

impl<'a> Parameters<'a> {
    /// The value of `name`; an empty one is none. The signature counts equal values of a name once, so do we; two
    /// different ones leave open which is meant.
    pub(super) fn one(&self, name: &str) -> Result<Option<&'a str>, Unreadable> {
        let mut values = self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.any(|value| Some(value) != first) {
            return Err(Unreadable(quarantine::parameter_twice(name)));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Unreadable> {
        Ok(self.one(name)?.map(str::to_owned))
    }

    /// At most what Twilio carries.
    pub(super) fn announced(&self) -> Result<usize, Unreadable> {
        let count = self.one("NumMedia")?.and_then(|text| text.parse::<usize>().ok());
        Ok(count.unwrap_or_default().min(MOST_MEDIA))
    }

    /// Who sent it: a person on WhatsApp may have no number, only an id.
    pub(super) fn sender(&self) -> Result<Address, Unreadable> {
        let name = match self.one("From")? {
            None if self.one("ExternalUserId")?.is_some() => "ExternalUserId",
            _ => "From",
        };
        self.parsed(name, |text| Address::parse(text).ok())
    }

    pub(super) fn location(&self) -> Result<Option<Location>, Unreadable> {
        let (Some(latitude), Some(longitude)) = (self.text("Latitude")?, self.text("Longitude")?)
        else {
            return Ok(None);
        };
        let (label, address) = (self.text("Label")?, self.text("Address")?);
        Ok(Some(Location { latitude, longitude, label, address }))
    }

    pub(super) fn button(&self) -> Result<Option<Button>, Unreadable> {
        let button = Button {
            text: self.text("ButtonText")?,
            payload: self.text("ButtonPayload")?,
            list_id: self.text("ListId")?,
            list_title: self.text("ListTitle")?,
        };
        Ok((button != Button::default()).then_some(button))
    }

    pub(super) fn referral(&self) -> Result<Option<Referral>, Unreadable> {
        let part = |name| Ok(self.one(name)?.map(|text| cut(text, LONGEST_REFERRAL)));
        let referral = Referral {
            headline: part("ReferralHeadline")?,
            body: part("ReferralBody")?,
            // Somebody will press it.
            url: part("ReferralSourceUrl")?
                .filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        };
        Ok((referral != Referral::default()).then_some(referral))
    }

    pub(super) fn other_recipients(&self) -> Result<Vec<Address>, Unreadable> {
        let mut others = Vec::new();
        for index in 0..MOST_RECIPIENTS {
            let other = self.one(&format!("OtherRecipients{index}"))?;
            others.extend(other.and_then(|text| Address::parse(text).ok()));
        }
        Ok(others)
    }

    pub(super) fn price(&self) -> Result<Option<Price>, Unreadable> {
        Ok(Price::told(self.text("Price")?, self.text("PriceUnit")?))
    }

    pub(super) fn forwarded(&self) -> Result<Option<Forwarded>, Unreadable> {
        let is = |name| Ok(self.one(name)?.is_some_and(|text| text.eq_ignore_ascii_case("true")));
        Ok(match (is("Forwarded")?, is("FrequentlyForwarded")?) {
            (_, true) => Some(Forwarded::Often),
            (true, false) => Some(Forwarded::Once),
            (false, false) => None,
        })
    }

    pub(super) fn parsed<T>(
        &self,
        name: &str,
        parse: fn(&str) -> Option<T>,
    ) -> Result<T, Unreadable> {
        let Some(text) = self.one(name)? else {
            return Err(Unreadable(quarantine::parameter_missing(name)));
        };
        parse(text).ok_or_else(|| Unreadable(quarantine::parameter_unreadable(name)))
    }
}
