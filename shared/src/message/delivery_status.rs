//! Twilio's word on a message: its statuses, their rank, and how reports in any order become one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Twilio's word for what has become of a message.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeliveryStatus)]
pub enum DeliveryStatus {
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

impl DeliveryStatus {
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

    /// Takes Twilio's word, in small letters as webhooks and the API write it, or in capitals as Event
    /// Streams do.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(text))
    }

    /// Parses a status, and returns `Queued` for one that Twilio introduced later.
    pub fn parse_or_queued(text: &str) -> Self {
        Self::parse(text).unwrap_or(Self::Queued)
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

    /// The status that counts among all that were reported: the highest rank, and among equals the first.
    pub fn highest(statuses: &BTreeMap<Self, StatusRecord>) -> Option<Self> {
        statuses
            .iter()
            .max_by(|(a, record_a), (b, record_b)| {
                let first = (record_b.at, b.as_str()).cmp(&(record_a.at, a.as_str()));
                a.rank().cmp(&b.rank()).then(first)
            })
            .map(|(status, _)| *status)
    }

    /// Whether nothing but `read` can follow.
    pub fn is_final(self) -> bool {
        self.rank() >= 7
    }
}

impl std::fmt::Display for DeliveryStatus {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

/// One report of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusRecord {
    /// When the first report of it reached us.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Twilio's error code with it.
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
