//! Extras of a message: what it contains besides text and media.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use crate::consent::ConsentKeyword;

/// A location that the contact sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Location {
    /// The latitude in degrees, as Twilio wrote it.
    pub latitude: String,
    /// The longitude in degrees, as Twilio wrote it.
    pub longitude: String,
    /// The name of the location.
    pub label: Option<String>,
    /// The postal address.
    pub address: Option<String>,
}

/// A reply by a button or a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Button {
    /// The text of the button.
    pub text: Option<String>,
    /// The payload of the button, for programs.
    pub payload: Option<String>,
    /// The ID of the selected list item.
    pub list_id: Option<String>,
    /// The title of the selected list item.
    pub list_title: Option<String>,
}

/// The advertisement or post from which the contact started to write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Referral {
    /// The headline.
    pub headline: Option<String>,
    /// The text.
    pub body: Option<String>,
    /// The URL, with the scheme `http` or `https`.
    pub url: Option<String>,
}

/// The message that this one replies to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplyTo {
    /// The SID of that message.
    pub sid: String,
    /// The ID of that message in this conversation, if known.
    pub message_id: Option<String>,
}

/// How often a message was forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Forwarded {
    /// Forwarded.
    Once,
    /// Forwarded many times.
    Often,
}

/// The price of a message, as Twilio reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Price {
    /// The amount as a decimal number; negative for a charge.
    pub amount: String,
    /// The currency (ISO 4217), in lower or upper case as Twilio wrote it.
    pub unit: String,
}

/// The maximum length of an amount, in characters.
const MAX_AMOUNT: usize = 32;

impl Price {
    /// Creates a price from Twilio's fields. Returns `None` if a field is missing or the amount is not a number.
    pub fn from_twilio(amount: Option<String>, unit: Option<String>) -> Option<Self> {
        let amount = amount.filter(|amount| {
            amount.len() <= MAX_AMOUNT && amount.parse::<f64>().is_ok_and(f64::is_finite)
        })?;
        Some(Self { amount, unit: unit?.chars().take(3).collect() })
    }
}

/// What a message contains besides text and media.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageExtras {
    /// The location.
    pub location: Option<Location>,
    /// The reply by a button or a list.
    pub button: Option<Button>,
    /// The message that this one replies to.
    pub reply_to: Option<ReplyTo>,
    /// The advertisement or post from which the contact started to write.
    pub referral: Option<Referral>,
    /// The addresses of the other recipients of a group MMS.
    pub other_recipients: Vec<String>,
    /// The forwarded mark.
    pub forwarded: Option<Forwarded>,
    /// What its text means for consent.
    pub opt_out: Option<ConsentKeyword>,
    /// Whether its text may be a request to opt out. A user decides.
    pub may_be_opt_out: bool,
}

impl MessageExtras {
    /// Returns whether the message has no extras.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
