//! One message, as Twilio keeps it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::address::Channel;
use super::extras::MessageExtras;
use super::segments;

/// Twilio's word for how far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Accepted by a Messaging Service, which has not chosen a sender yet.
    Accepted,
    /// Waits for its time.
    Scheduled,
    /// Taken back before its time came.
    Canceled,
    /// Accepted, not yet given to the carrier.
    Queued,
    /// On its way to the carrier.
    Sending,
    /// The carrier has it.
    Sent,
    /// The phone has it.
    Delivered,
    /// The customer has seen it.
    Read,
    /// The carrier could not bring it to the phone.
    Undelivered,
    /// It never reached a carrier.
    Failed,
    /// It came from a phone.
    Received,
}

impl Status {
    /// As it stands in the API and in callbacks.
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

    /// The status called `text`.
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

    /// Whether the Messaging Service has not chosen a sender yet.
    pub fn is_before_sender(self) -> bool {
        matches!(self, Self::Accepted | Self::Scheduled)
    }

    /// Whether nothing more will happen to the message.
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

/// Where a message comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From a phone.
    Inbound,
    /// From a call to the API.
    Api,
    /// From Twilio itself, in answer to a keyword.
    Reply,
}

impl Direction {
    /// As it stands in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Api => "outbound-api",
            Self::Reply => "outbound-reply",
        }
    }

    /// The direction called `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Inbound, Self::Api, Self::Reply]
            .into_iter()
            .find(|direction| direction.as_str() == text)
    }
}

/// How the webhook of an inbound message ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WebhookResult {
    /// The HTTP status; none if there was no answer.
    pub status: Option<u16>,
    /// From the call to the answer, milliseconds.
    pub millis: f64,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its place in the order of creation; 0 until it is stored.
    pub seq: i64,
    /// `SM`, or `MM` where it carries files, and 32 hexadecimal digits.
    pub sid: String,
    /// Where it comes from.
    pub direction: Direction,
    /// The sender, as its channel writes it.
    pub from: String,
    /// The recipient, as its channel writes it.
    pub to: String,
    /// The text.
    pub body: String,
    /// In how many parts it travels.
    pub segments: u32,
    /// How far it has come.
    pub status: Status,
    /// Why it was not delivered.
    pub error_code: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When the carrier got it.
    pub sent_at: Option<Timestamp>,
    /// Where its callbacks go.
    pub status_callback: Option<String>,
    /// How its webhook ended, if it came from a phone and the webhook has ended.
    pub webhook_result: Option<WebhookResult>,
    /// The carrier waits for the phone to come back.
    pub waiting_for_phone: bool,
    /// Emptied at Twilio; the phone still has its copy.
    pub redacted: bool,
    /// Deleted at Twilio; the phone still has its copy.
    pub deleted: bool,
    /// What it has beside its text.
    pub extras: MessageExtras,
}

impl Message {
    /// The customer's address, as the API knows it, and our sender.
    pub fn customer_and_sender(&self) -> (&str, &str) {
        match self.direction {
            Direction::Inbound => (&self.from, &self.to),
            Direction::Api | Direction::Reply => (&self.to, &self.from),
        }
    }

    /// Takes on what it carries beside its text.
    pub(super) fn set_extras(&mut self, extras: MessageExtras) {
        self.extras = extras;
        if self.extras.file_count() > 0 {
            self.sid.replace_range(..2, "MM");
        }
        self.segments = self.segment_count();
    }

    /// Returns the number of segments that Twilio counts: SMS by text, RCS in North America by bytes, others 1.
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

    /// The phone at the other end. A Messaging Service sends RCS to a plain number; it arrives in the app of RCS.
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

/// What a code of a failed delivery means, in Twilio's words.
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
