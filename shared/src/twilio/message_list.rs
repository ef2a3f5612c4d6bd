//! Messages in Twilio's message list.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;

use crate::message::delivery_status::DeliveryStatus;
use crate::message::extras::Price;
use crate::sid::MessageSid;
use crate::twilio_codes;

/// The direction of a listed message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedDirection {
    /// A message to one of our senders.
    Inbound,
    /// A message from one of our senders, by API or as a reply.
    Outbound,
}

/// A message in Twilio's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMessage {
    /// The SID.
    pub sid: MessageSid,
    /// The text.
    pub body: String,
    /// The delivery status.
    pub status: DeliveryStatus,
    /// The direction.
    pub direction: ListedDirection,
    /// The time at which Twilio created it, in whole seconds.
    pub date_created: Timestamp,
    /// The error code, if it failed.
    pub error_code: Option<u32>,
    /// The number of segments, if reported.
    pub num_segments: Option<u32>,
    /// The price. Twilio reports it after the message was sent.
    pub price: Option<Price>,
}

/// One page of the list.
#[derive(Deserialize)]
pub(super) struct MessageListPage {
    pub(super) messages: Vec<MessageEntry>,
    pub(super) next_page_uri: Option<String>,
}

/// One entry of the list.
#[derive(Deserialize)]
pub(super) struct MessageEntry {
    sid: MessageSid,
    body: Option<String>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    direction: String,
    date_created: String,
    error_code: Option<u32>,
    num_segments: Option<String>,
    price: Option<String>,
    price_unit: Option<String>,
}

impl MessageEntry {
    /// Converts the entry. Returns `None` if its date is invalid.
    pub(super) fn into_listed(self) -> Option<ListedMessage> {
        let outbound = self.direction.starts_with("outbound");
        Some(ListedMessage {
            sid: self.sid,
            body: self.body.unwrap_or_default(),
            status: DeliveryStatus::parse_or_queued(&self.status),
            direction: if outbound { ListedDirection::Outbound } else { ListedDirection::Inbound },
            date_created: date(&self.date_created)?,
            error_code: self.error_code.and_then(twilio_codes::error_code),
            num_segments: self.num_segments.and_then(|text| text.parse().ok()),
            price: Price::from_twilio(self.price, self.price_unit),
        })
    }
}

fn date(text: &str) -> Option<Timestamp> {
    rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}
