//! What may come with a message beside its text and media.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use crate::consent::ConsentKeyword;

/// A place that the contact sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Location {
    /// Degrees, as Twilio wrote them.
    pub latitude: String,
    /// Degrees, as Twilio wrote them.
    pub longitude: String,
    /// The place's name.
    pub label: Option<String>,
    /// Its postal address.
    pub address: Option<String>,
}

/// An answer by button or from a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Button {
    /// What stood on the button.
    pub text: Option<String>,
    /// What the button means to a program.
    pub payload: Option<String>,
    /// The chosen entry of a list.
    pub list_id: Option<String>,
    /// Its title.
    pub list_title: Option<String>,
}

/// What on the web led the contact to write: an advertisement or a post.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Referral {
    /// Its headline.
    pub headline: Option<String>,
    /// Its text.
    pub body: Option<String>,
    /// Where it is; http or https.
    pub url: Option<String>,
}

/// The message that this one answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplyTo {
    /// Twilio's SID of it.
    pub sid: String,
    /// The message in this conversation, where it is known.
    pub message_id: Option<String>,
}

/// Whether a message was passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Forwarded {
    /// It was.
    Once,
    /// By many.
    Often,
}

/// What a message cost, as Twilio tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Price {
    /// A decimal number, negative for a charge.
    pub amount: String,
    /// ISO 4217, lower case as Twilio writes it or upper.
    pub unit: String,
}

impl Price {
    /// A price as Twilio tells it; none before there is one.
    pub fn from_twilio(amount: Option<String>, unit: Option<String>) -> Option<Self> {
        let amount = amount.filter(|amount| amount.parse::<f64>().is_ok_and(f64::is_finite))?;
        Some(Self { amount, unit: unit?.chars().take(3).collect() })
    }
}

/// What came with a message beside text and media.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageExtras {
    /// A place.
    pub location: Option<Location>,
    /// An answer by button or from a list.
    pub button: Option<Button>,
    /// The message that this one answers.
    pub reply_to: Option<ReplyTo>,
    /// What on the web led the contact to write.
    pub referral: Option<Referral>,
    /// Who else got it: the other members of a group MMS.
    pub other_recipients: Vec<String>,
    /// Whether it was passed on.
    pub forwarded: Option<Forwarded>,
    /// What its text means for consent.
    pub opt_out: Option<ConsentKeyword>,
}

impl MessageExtras {
    /// Whether nothing else came.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
