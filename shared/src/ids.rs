//! Sources of IDs and randomness, which are passed as arguments.

use jiff::Timestamp;
pub use ulid::Ulid;

/// A source of randomness. Tests can use one with predictable values.
pub trait Ids: Send + Sync + 'static {
    /// Returns 128 random bits.
    fn random(&self) -> u128;

    /// Creates a ULID: 48 bits for `now` in milliseconds and 80 random bits. Its text sorts by time.
    fn ulid(&self, now: Timestamp) -> Ulid {
        Ulid::from_parts(u64::try_from(now.as_millisecond()).unwrap_or(0), self.random())
    }
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
