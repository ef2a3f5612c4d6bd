//! Sources of IDs and randomness, which are passed as arguments.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// A source of randomness. Tests can use one with predictable values.
pub trait Ids: Send + Sync + 'static {
    /// Returns 128 random bits.
    fn random(&self) -> u128;
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the system's source")]
    fn random(&self) -> u128 {
        let mut bytes = [0; 16];
        // This fails only if the system has no source of randomness. There is no safe fallback.
        if getrandom::fill(&mut bytes).is_err() {
            std::process::abort();
        }
        u128::from_be_bytes(bytes)
    }
}

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Ulid);

        impl $name {
            /// Creates a new ID with the time `now`.
            pub fn generate(ids: &dyn Ids, now: Timestamp) -> Self {
                let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
                Self(Ulid::from_parts(milliseconds, ids.random()))
            }

            /// Creates the ID with this time, in milliseconds since 1970, and these 80 bits.
            pub const fn from_parts(milliseconds: u64, bits: u128) -> Self {
                Self(Ulid::from_parts(milliseconds, bits))
            }

            /// Parses the 26 characters of an ID, in the only form that we write.
            pub fn parse(text: &str) -> Option<Self> {
                let id = Ulid::from_string(text).ok()?;
                (id.to_string() == text).then_some(Self(id))
            }

            /// Returns the time in the ID, with a resolution of one millisecond.
            pub fn time(self) -> Timestamp {
                let milliseconds = i64::try_from(self.0.timestamp_ms()).ok();
                milliseconds.and_then(|it| Timestamp::from_millisecond(it).ok()).unwrap_or_default()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(out)
            }
        }
    };
}

ulid_id! {
    /// The ID of a message. Within a conversation IDs are in the order in which messages were stored.
    MessageId
}

ulid_id! {
    /// The ID of an outbox entry. A send has the ULID of its message.
    EntryId
}

ulid_id! {
    /// The ID of an upload.
    UploadId
}

ulid_id! {
    /// The ID of a consent record.
    ConsentRecordId
}

impl MessageId {
    /// The smallest ID.
    pub const MIN: Self = Self(Ulid::nil());

    /// The greatest ID.
    pub const MAX: Self = Self(Ulid(u128::MAX));

    /// Returns the next greater ID.
    #[must_use]
    pub fn next(self) -> Self {
        Self(Ulid(self.0.0.saturating_add(1)))
    }

    /// Returns the next smaller ID.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(Ulid(self.0.0.saturating_sub(1)))
    }

    /// Returns the smallest ID whose time is `duration` earlier.
    #[must_use]
    pub fn earlier(self, duration: Duration) -> Self {
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(Ulid::from_parts(self.0.timestamp_ms().saturating_sub(milliseconds), 0))
    }

    /// Returns the ID with a time after `at`, in milliseconds, and the same other bits.
    #[must_use]
    pub fn later_than(self, at: Timestamp) -> Self {
        let at = u64::try_from(at.as_millisecond()).unwrap_or(0);
        let milliseconds = self.0.timestamp_ms().max(at.saturating_add(1));
        Self(Ulid::from_parts(milliseconds, self.0.random()))
    }

    /// Returns `proposed` if it is greater than `last`, otherwise the next ID after `last`.
    pub fn after(last: Option<Self>, proposed: Self) -> Self {
        match last {
            Some(last) if last >= proposed => last.next(),
            _ => proposed,
        }
    }
}

impl From<MessageId> for EntryId {
    fn from(message: MessageId) -> Self {
        Self(message.0)
    }
}

impl From<MessageId> for ConsentRecordId {
    fn from(message: MessageId) -> Self {
        Self(message.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_after_the_last_one_is_greater_even_within_one_millisecond() {
        let last = MessageId::from_parts(1_000, 77);
        let later = MessageId::from_parts(1_001, 0);
        assert!(MessageId::after(Some(last), MessageId::from_parts(1_000, 5)) > last);
        assert!(MessageId::after(Some(last), last) > last);
        assert_eq!(MessageId::after(None, last), last);
        assert_eq!(MessageId::after(Some(last), later), later);
    }

    #[test]
    fn an_id_is_parsed_from_its_text_and_tells_its_time() {
        let id = UploadId::from_parts(1_800_000_000_123, 7);
        assert_eq!(UploadId::parse(&id.to_string()), Some(id));
        assert_eq!(id.time().as_millisecond(), 1_800_000_000_123);
        for text in [
            "",
            "x",
            "01ARZ3NDEKTSV4RRFFQ69G5FA",
            "81ARZ3NDEKTSV4RRFFQ69G5FAV",
            "01arz3ndektsv4rrffq69g5fav",
        ] {
            assert_eq!(UploadId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_id_is_moved_only_as_far_as_needed_to_be_later() {
        let id = MessageId::from_parts(20_000, 9);
        let at = |milliseconds| Timestamp::from_millisecond(milliseconds).unwrap();
        assert_eq!(id.later_than(at(19_999)), id);
        assert_eq!(id.later_than(at(20_000)), MessageId::from_parts(20_001, 9));
        assert_eq!(id.later_than(at(25_000)), MessageId::from_parts(25_001, 9));
    }

    #[test]
    fn neighbors_stay_within_the_range() {
        assert_eq!(MessageId::MIN.previous(), MessageId::MIN);
        assert_eq!(MessageId::MAX.next(), MessageId::MAX);
        let id = MessageId::from_parts(20_000, 9);
        assert_eq!(id.earlier(Duration::from_secs(10)), MessageId::from_parts(10_000, 0));
        assert_eq!(id.earlier(Duration::from_mins(1)), MessageId::MIN);
    }
}
