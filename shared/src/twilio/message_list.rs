//! Messages as Twilio's list has them.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;

use crate::message::delivery_status::DeliveryStatus;
use crate::message::extras::Price;
use crate::sid::MessageSid;

/// Which way a listed message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedDirection {
    /// To one of our senders.
    Inbound,
    /// From one of our senders, by API or as a reply.
    Outbound,
}

/// A message as Twilio lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMessage {
    /// Twilio's id of it.
    pub sid: MessageSid,
    /// Its text.
    pub body: String,
    /// What has become of it.
    pub status: DeliveryStatus,
    /// Which way it went.
    pub direction: ListedDirection,
    /// When Twilio took it, to the second.
    pub date_created: Timestamp,
    /// Why it failed.
    pub error_code: Option<u32>,
    /// The parts that it was cut into.
    pub num_segments: Option<u32>,
    /// What it cost: told here alone, and only once it was sent.
    pub price: Option<Price>,
}

/// One page of a list.
#[derive(Deserialize)]
pub(super) struct MessageListPage {
    pub(super) messages: Vec<MessageEntry>,
    pub(super) next_page_uri: Option<String>,
}

/// One message of a list.
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
    /// The entry in types; none if its date cannot be read.
    pub(super) fn into_listed(self) -> Option<ListedMessage> {
        let outbound = self.direction.starts_with("outbound");
        Some(ListedMessage {
            sid: self.sid,
            body: self.body.unwrap_or_default(),
            status: DeliveryStatus::parse_or_queued(&self.status),
            direction: if outbound { ListedDirection::Outbound } else { ListedDirection::Inbound },
            date_created: date(&self.date_created)?,
            error_code: self.error_code,
            num_segments: self.num_segments.and_then(|text| text.parse().ok()),
            price: Price::from_twilio(self.price, self.price_unit),
        })
    }
}

fn date(text: &str) -> Option<Timestamp> {
    rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}
