//! Delivery statuses and their ranks, by which reports in any order result in one status.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A delivery status, as Twilio reports it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeliveryStatus)]
pub enum DeliveryStatus {
    /// Inbound: Twilio is still receiving the message.
    Receiving,
    /// Accepted by a Messaging Service, which has not chosen the sender yet.
    Accepted,
    /// Scheduled to be sent later.
    Scheduled,
    /// In the sender's queue at Twilio.
    Queued,
    /// Twilio is sending it to the carrier.
    Sending,
    /// The carrier accepted it.
    Sent,
    /// Delivered to some of several recipients.
    PartiallyDelivered,
    /// Delivered to the recipient.
    Delivered,
    /// The carrier could not deliver it.
    Undelivered,
    /// Twilio could not send it.
    Failed,
    /// Canceled before it was sent.
    Canceled,
    /// Inbound: Twilio received the whole message.
    Received,
    /// The recipient has opened it.
    Read,
}

impl DeliveryStatus {
    /// Returns whether only inbound messages have this status.
    pub fn is_inbound(self) -> bool {
        matches!(self, Self::Receiving | Self::Received)
    }

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

    /// Parses a status, ignoring case: webhooks and the API use lower case, Event Streams upper case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(text))
    }

    /// Parses a status, and returns `Queued` for one that Twilio introduced later.
    pub fn parse_or_queued(text: &str) -> Self {
        Self::parse(text).unwrap_or(Self::Queued)
    }

    /// Returns Twilio's name of the status.
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

    /// Returns the rank of the status. A later stage of delivery has a higher rank.
    ///
    /// Twilio sends callbacks in any order. The status with the highest rank counts; among equal ranks, the one that
    /// was reported first.
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

    /// Returns the reported status with the highest rank.
    ///
    /// Among equal ranks, it is the one that was reported first.
    pub fn highest(statuses: &BTreeMap<Self, StatusRecord>) -> Option<Self> {
        statuses
            .iter()
            .max_by(|(a, record_a), (b, record_b)| {
                let first = (record_b.at, b.as_str()).cmp(&(record_a.at, a.as_str()));
                a.rank().cmp(&b.rank()).then(first)
            })
            .map(|(status, _)| *status)
    }

    /// Returns whether only `read` can follow.
    pub fn is_final(self) -> bool {
        self.rank() >= 7
    }
}

impl std::fmt::Display for DeliveryStatus {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

/// The record of one reported status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusRecord {
    /// The time at which the first report arrived.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The error code that Twilio reported with the status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error_code: Option<u32>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fold(reports: &[(usize, i64)]) -> BTreeMap<DeliveryStatus, StatusRecord> {
        let mut statuses = BTreeMap::new();
        for (index, second) in reports {
            let at = Timestamp::from_second(*second).unwrap();
            let entry = statuses
                .entry(DeliveryStatus::ALL[*index])
                .or_insert(StatusRecord { at, error_code: None });
            entry.at = entry.at.min(at);
        }
        statuses
    }

    #[test]
    fn a_status_uses_twilio_s_name_and_ranks_grow_in_sending_order() {
        use DeliveryStatus::{Accepted, Delivered, Failed, Queued, Read, Scheduled, Sending, Sent};
        let in_order = [Accepted, Scheduled, Queued, Sending, Sent, Delivered, Read];
        assert!(in_order.map(DeliveryStatus::rank).is_sorted_by(|low, high| low < high));
        assert_eq!(Delivered.rank(), Failed.rank());
        assert!(Failed.is_final() && Delivered.is_final() && !Sent.is_final());
        for status in DeliveryStatus::ALL {
            assert_eq!(DeliveryStatus::parse(status.as_str()), Some(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }

    proptest! {
        #[test]
        fn reports_in_any_order_give_the_same_status(
            mut reports in prop::collection::vec((0..DeliveryStatus::ALL.len(), 0..50_i64), 1..20),
            seed in any::<u64>(),
        ) {
            let before = DeliveryStatus::highest(&fold(&reports));
            let turn = usize::try_from(seed % 20).unwrap() % reports.len();
            reports.rotate_left(turn);
            reports.extend_from_within(..turn);
            prop_assert_eq!(DeliveryStatus::highest(&fold(&reports)), before);
        }

        #[test]
        fn another_report_never_lowers_the_rank(
            reports in prop::collection::vec((0..DeliveryStatus::ALL.len(), 0..50_i64), 1..20),
            further in (0..DeliveryStatus::ALL.len(), 0..50_i64),
        ) {
            let before = DeliveryStatus::highest(&fold(&reports)).unwrap().rank();
            let mut more = reports;
            more.push(further);
            prop_assert!(DeliveryStatus::highest(&fold(&more)).unwrap().rank() >= before);
        }

        #[test]
        fn parsing_a_status_never_panics(text in ".{0,30}") {
            let _ = DeliveryStatus::parse(&text);
        }
    }
}
