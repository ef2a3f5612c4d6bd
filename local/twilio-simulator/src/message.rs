//! A message as Twilio stores it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::address::Channel;
use super::extras::MessageExtras;
use super::segments;

/// Twilio's status of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Accepted by a Messaging Service that has not chosen a sender yet.
    Accepted,
    /// Scheduled for later.
    Scheduled,
    /// Canceled before its scheduled time.
    Canceled,
    /// Accepted, but not sent to the carrier yet.
    Queued,
    /// On the way to the carrier.
    Sending,
    /// Accepted by the carrier.
    Sent,
    /// Received by the phone.
    Delivered,
    /// Opened by the customer.
    Read,
    /// Not delivered by the carrier.
    Undelivered,
    /// Failed before it reached a carrier.
    Failed,
    /// Inbound from a phone.
    Received,
}

impl Status {
    /// Returns the status as the API and callbacks write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Scheduled => "scheduled",
            Self::Canceled => "canceled",
            Self::Read => "read",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Received => "received",
        }
    }

    /// Parses a status, or returns `None` if it is unknown.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Accepted,
            Self::Scheduled,
            Self::Canceled,
            Self::Read,
            Self::Queued,
            Self::Sending,
            Self::Sent,
            Self::Delivered,
            Self::Undelivered,
            Self::Failed,
            Self::Received,
        ]
        .into_iter()
        .find(|status| status.as_str() == text)
    }

    /// Returns whether the Messaging Service has not chosen a sender yet.
    pub fn is_before_sender(self) -> bool {
        matches!(self, Self::Accepted | Self::Scheduled)
    }

    /// Returns whether the status can no longer change.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Self::Canceled
                | Self::Delivered
                | Self::Read
                | Self::Undelivered
                | Self::Failed
                | Self::Received
        )
    }
}

/// Who created a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A phone.
    Inbound,
    /// A request to the API.
    Api,
    /// Twilio itself, as a reply to a keyword.
    Reply,
}

impl Direction {
    /// Returns the direction as the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Api => "outbound-api",
            Self::Reply => "outbound-reply",
        }
    }

    /// Parses a direction, or returns `None` if it is unknown.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Inbound, Self::Api, Self::Reply]
            .into_iter()
            .find(|direction| direction.as_str() == text)
    }
}

/// The result of an inbound message's webhook.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WebhookResult {
    /// The HTTP status, or `None` without a response.
    pub status: Option<u16>,
    /// The time from the request to the response, in milliseconds.
    pub millis: f64,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The position in the order of creation. 0 until it is stored.
    pub seq: i64,
    /// `SM`, or `MM` if it has files, and 32 hexadecimal digits.
    pub sid: String,
    /// Who created it.
    pub direction: Direction,
    /// The sender's address.
    pub from: String,
    /// The recipient's address.
    pub to: String,
    /// The text.
    pub body: String,
    /// The number of segments.
    pub segments: u32,
    /// The delivery status.
    pub status: Status,
    /// Why it was not delivered.
    pub error_code: Option<u32>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When the carrier received it.
    pub sent_at: Option<Timestamp>,
    /// The URL of status callbacks.
    pub status_callback: Option<String>,
    /// The result of its webhook, if it is inbound and the webhook has ended.
    pub webhook_result: Option<WebhookResult>,
    /// Whether the carrier waits for the phone to leave airplane mode.
    pub waiting_for_phone: bool,
    /// Whether its content was redacted at Twilio.
    ///
    /// The phone keeps its copy.
    pub redacted: bool,
    /// Whether it was deleted at Twilio.
    ///
    /// The phone keeps its copy.
    pub deleted: bool,
    /// What it contains besides the text.
    pub extras: MessageExtras,
}

impl Message {
    /// Returns the customer's address, as the API knows it, and our sender.
    pub fn customer_and_sender(&self) -> (&str, &str) {
        match self.direction {
            Direction::Inbound => (&self.from, &self.to),
            Direction::Api | Direction::Reply => (&self.to, &self.from),
        }
    }

    /// Sets the extras, and the SID's prefix and the number of segments that follow from them.
    pub(super) fn set_extras(&mut self, extras: MessageExtras) {
        self.extras = extras;
        if self.extras.file_count() > 0 {
            self.sid.replace_range(..2, "MM");
        }
        self.segments = self.segment_count();
    }

    /// Returns the number of segments: SMS by text, RCS in North America by bytes, otherwise 1.
    pub(super) fn segment_count(&self) -> u32 {
        let (customer, sender) = self.customer_and_sender();
        match Channel::from_address(sender) {
            _ if self.extras.file_count() > 0 => 1,
            Channel::Sms => segments::count(&self.body),
            Channel::Rcs if customer.contains("+1") => {
                u32::try_from(self.body.len().div_ceil(160)).unwrap_or(u32::MAX).max(1)
            }
            Channel::Rcs | Channel::WhatsApp | Channel::Messenger => 1,
        }
    }

    /// Returns the address of the phone at the other end.
    ///
    /// RCS that a Messaging Service sends to a plain number arrives in the phone's RCS app.
    pub fn phone(&self) -> String {
        let (customer, sender) = self.customer_and_sender();
        if Channel::from_address(sender) == Channel::Rcs
            && Channel::from_address(customer) == Channel::Sms
        {
            return format!("rcs:{customer}");
        }
        customer.to_owned()
    }
}

/// Returns Twilio's text for the error code of a failed delivery.
pub fn error_message(code: u32) -> &'static str {
    match code {
        11200 => "HTTP retrieval failure",
        12300 => "Invalid Content-Type",
        21610 => "Attempt to send to unsubscribed recipient",
        30019 => "Content size exceeds carrier limit",
        63003 => "Channel could not find To address",
        63014 => "Message blocked by the recipient",
        63016 => "Failed to send freeform message because you are outside the allowed window",
        63032 => "User is not able to receive this message",
        63036 => "RCS message cannot be delivered to this device",
        30001 => "Queue overflow",
        30003 => "Unreachable destination handset",
        30004 => "Message blocked",
        30005 => "Unknown destination handset",
        30006 => "Landline or unreachable carrier",
        30007 => "Message filtered",
        30034 => "Message from an unregistered number",
        30036 => "Validity period expired",
        _ => "Unknown error",
    }
}
