//! Ids and randomness, taken as an argument like time is.

use jiff::Timestamp;
pub use ulid::Ulid;

/// A source of randomness. The system's in production; a counted one where a test wants to know the id.
pub trait Ids: Send + Sync + 'static {
    /// 128 fresh random bits.
    fn random(&self) -> u128;

    /// A new ULID made at `now`: 48 bits of milliseconds, 80 random ones. Sorts by time as text.
    fn ulid(&self, now: Timestamp) -> Ulid {
        Ulid::from_parts(u64::try_from(now.as_millisecond()).unwrap_or(0), self.random())
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system")]
    fn random(&self) -> u128 {
        let mut bytes = [0; 16];
        // The system's source fails only where there is none at all; there is no safe way to go on then.
        if getrandom::fill(&mut bytes).is_err() {
            std::process::abort();
        }
        u128::from_be_bytes(bytes)
    }
}
