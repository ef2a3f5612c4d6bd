//! What Twilio's webhooks say, in types. Unknown parameters are left alone: Twilio adds some without notice.

use crate::address::Address;
use crate::sid::{AccountSid, MessageSid};
use crate::status::MessageStatus;

/// A message that somebody sent to one of our senders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundMessage {
    /// Twilio's id of the message.
    pub sid: MessageSid,
    /// The account that received it.
    pub account: AccountSid,
    /// Who sent it.
    pub from: Address,
    /// Our sender that it was sent to.
    pub to: Address,
    /// The text; may be empty.
    pub body: String,
    /// The parts that it came in.
    pub num_segments: Option<u32>,
    /// The Messaging Service (`MG…`) that our sender belongs to.
    pub messaging_service_sid: Option<String>,
    /// `STOP`, `START` or `HELP`: Twilio has understood the text so, and has answered it.
    pub opt_out_type: Option<String>,
    /// What came with the text; at most ten.
    pub media: Vec<MediaLink>,
}

/// A picture, sound or document at Twilio, readable with the account's credentials only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaLink {
    /// Where Twilio keeps it.
    pub url: String,
    /// Its type as the sender's carrier gave it.
    pub content_type: Option<String>,
}

/// News of a message that we sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusCallback {
    /// Twilio's id of the message.
    pub sid: MessageSid,
    /// The account that sent it.
    pub account: AccountSid,
    /// What has become of it.
    pub status: MessageStatus,
    /// Why it failed.
    pub error_code: Option<u32>,
}

/// A webhook that is Twilio's but does not say what we need, or says it twice and differently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// Why, as a sentence for the admin. Holds names of parameters, never their values.
    pub reason: String,
}

impl InboundMessage {
    /// Reads the parameters of an inbound message, of any channel.
    pub fn parse(params: &[(String, String)]) -> Result<Self, Unreadable> {
        let params = Parameters(params);
        let mut media = Vec::new();
        for index in 0..10 {
            if let Some(url) = params.one(&format!("MediaUrl{index}"))? {
                let content_type = params.one(&format!("MediaContentType{index}"))?;
                media.push(MediaLink {
                    url: url.to_owned(),
                    content_type: content_type.map(str::to_owned),
                });
            }
        }
        Ok(Self {
            sid: params.parsed("MessageSid", |text| MessageSid::parse(text).ok())?,
            account: params.parsed("AccountSid", |text| AccountSid::parse(text).ok())?,
            from: params.parsed("From", |text| Address::parse(text).ok())?,
            to: params.parsed("To", |text| Address::parse(text).ok())?,
            body: params.one("Body")?.unwrap_or_default().to_owned(),
            num_segments: params.one("NumSegments")?.and_then(|text| text.parse().ok()),
            messaging_service_sid: params.one("MessagingServiceSid")?.map(str::to_owned),
            opt_out_type: params.one("OptOutType")?.map(str::to_owned),
            media,
        })
    }
}

impl StatusCallback {
    /// Reads the parameters of a status callback.
    pub fn parse(params: &[(String, String)]) -> Result<Self, Unreadable> {
        let params = Parameters(params);
        Ok(Self {
            sid: params.parsed("MessageSid", |text| MessageSid::parse(text).ok())?,
            account: params.parsed("AccountSid", |text| AccountSid::parse(text).ok())?,
            status: params.parsed("MessageStatus", MessageStatus::parse)?,
            error_code: params.one("ErrorCode")?.and_then(|text| text.parse().ok()),
        })
    }
}

struct Parameters<'a>(&'a [(String, String)]);

impl<'a> Parameters<'a> {
    /// The value of `name`; an empty one is none. The signature counts equal values of a name once, so do we; two
    /// different ones leave open which is meant.
    fn one(&self, name: &str) -> Result<Option<&'a str>, Unreadable> {
        let mut values = self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.any(|value| Some(value) != first) {
            let reason = format!("The parameter {name} is there twice, with different values.");
            return Err(Unreadable { reason });
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    fn parsed<T>(&self, name: &str, parse: fn(&str) -> Option<T>) -> Result<T, Unreadable> {
        let Some(text) = self.one(name)? else {
            return Err(Unreadable { reason: format!("The parameter {name} is missing.") });
        };
        parse(text).ok_or_else(|| Unreadable {
            reason: format!("The parameter {name} has a value that we cannot read."),
        })
    }
}
