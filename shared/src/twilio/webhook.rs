//! What Twilio's webhooks say, in types. Unknown parameters are left alone: Twilio adds some without notice.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::address::Address;
use crate::sid::{AccountSid, MessageSid};

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

/// Twilio's word for what has become of a message.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = TwilioStatus)]
pub enum MessageStatus {
    /// Inbound, not yet whole.
    Receiving,
    /// Taken by a Messaging Service, which still chooses the sender.
    Accepted,
    /// To be sent later.
    Scheduled,
    /// In the sender's queue.
    Queued,
    /// On the way to the carrier.
    Sending,
    /// Taken by the carrier.
    Sent,
    /// Delivered to some of several receivers.
    PartiallyDelivered,
    /// On the receiver's phone.
    Delivered,
    /// The carrier could not deliver it.
    Undelivered,
    /// Twilio could not send it.
    Failed,
    /// Taken back before it was sent.
    Canceled,
    /// Inbound, whole.
    Received,
    /// The receiver has opened it.
    Read,
}

impl MessageStatus {
    /// Every status, the lowest rank first.
    pub const ALL: [Self; 13] = [
        Self::Receiving,
        Self::Accepted,
        Self::Scheduled,
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::PartiallyDelivered,
        Self::Delivered,
        Self::Undelivered,
        Self::Failed,
        Self::Canceled,
        Self::Received,
        Self::Read,
    ];

    /// Takes Twilio's word, in small letters as webhooks and the API write it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Twilio's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Accepted => "accepted",
            Self::Scheduled => "scheduled",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::PartiallyDelivered => "partially_delivered",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Received => "received",
            Self::Read => "read",
        }
    }

    /// How far a message is with this status. Callbacks come in any order: the highest rank tells the truth, and
    /// among equals the one that came first.
    pub fn rank(self) -> u8 {
        match self {
            Self::Receiving => 0,
            Self::Accepted => 1,
            Self::Scheduled => 2,
            Self::Queued => 3,
            Self::Sending => 4,
            Self::Sent => 5,
            Self::PartiallyDelivered => 6,
            Self::Delivered
            | Self::Undelivered
            | Self::Failed
            | Self::Canceled
            | Self::Received => 7,
            Self::Read => 8,
        }
    }

    /// Whether nothing but `read` can follow.
    pub fn is_final(self) -> bool {
        self.rank() >= 7
    }
}

impl std::fmt::Display for MessageStatus {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
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
