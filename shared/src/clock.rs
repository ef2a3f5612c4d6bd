//! Time, taken as an argument: the system's in production, a shifted one wherever a test must pass a minute at once.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

/// A source of time. Every rule with a minute in it takes one, so that the rule can be tested in a millisecond.
pub trait Clock: Send + Sync + 'static {
    /// The present moment, UTC.
    fn now(&self) -> Timestamp;

    /// Completes when this clock has moved on by `duration`.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Returns `at` plus `duration`, or the greatest timestamp when the sum is out of range.
pub fn add(at: Timestamp, duration: Duration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that waits")]
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The machine's clock plus an offset that only grows: sleepers wake as soon as the shifted time has passed.
#[derive(Debug, Clone)]
pub struct OffsetClock {
    state: watch::Sender<OffsetState>,
}

#[derive(Debug, Clone, Copy)]
struct OffsetState {
    offset: Duration,
    /// The machine's time when the clock was held.
    frozen_at: Option<Timestamp>,
}

impl Default for OffsetClock {
    fn default() -> Self {
        Self::new()
    }
}

impl OffsetClock {
    /// A clock that tells the machine's time until it is advanced.
    pub fn new() -> Self {
        Self { state: watch::Sender::new(OffsetState { offset: Duration::ZERO, frozen_at: None }) }
    }

    /// Moves this clock forward, for everybody who holds a clone of it.
    pub fn advance(&self, by: Duration) {
        self.state.send_modify(|state| state.offset = state.offset.saturating_add(by));
    }

    /// Holds this clock: it moves only when it is advanced, until it is let go.
    pub fn freeze(&self) {
        self.state.send_modify(|state| {
            state.frozen_at = state.frozen_at.or_else(|| Some(SystemClock.now()));
        });
    }

    /// Lets a held clock go: it catches up with the machine's.
    pub fn unfreeze(&self) {
        self.state.send_modify(|state| state.frozen_at = None);
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> Timestamp {
        let OffsetState { offset, frozen_at } = *self.state.borrow();
        let now = frozen_at.unwrap_or_else(|| SystemClock.now());
        now.checked_add(offset).unwrap_or(now)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let (clock, mut state) = (self.clone(), self.state.subscribe());
        let until = clock.now().checked_add(duration).unwrap_or(Timestamp::MAX);
        Box::pin(async move {
            loop {
                // Before the time is asked for: what moves the clock after it wakes the sleeper.
                let frozen = state.borrow_and_update().frozen_at.is_some();
                let remaining = Duration::try_from(clock.now().duration_until(until));
                let remaining = remaining.unwrap_or(Duration::ZERO);
                if remaining.is_zero() {
                    return;
                }
                let timer = async {
                    if frozen {
                        std::future::pending::<()>().await;
                    } else {
                        SystemClock.sleep(remaining).await;
                    }
                };
                tokio::select! {
                    () = timer => return,
                    _ = state.changed() => {}
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleep_ends_when_the_clock_is_advanced_past_its_end() {
        let clock = OffsetClock::new();
        let asleep = clock.sleep(Duration::from_hours(1));
        clock.advance(Duration::from_secs(3601));
        asleep.await;
    }

    #[tokio::test]
    async fn a_frozen_clock_moves_only_when_it_is_advanced() {
        let clock = OffsetClock::new();
        clock.freeze();
        let frozen = clock.now();
        let asleep = clock.sleep(Duration::from_millis(1));
        SystemClock.sleep(Duration::from_millis(2)).await;
        assert_eq!(clock.now(), frozen);
        clock.advance(Duration::from_millis(1));
        asleep.await;
        assert_eq!(clock.now(), frozen + Duration::from_millis(1));
        let asleep = clock.sleep(Duration::from_millis(1));
        clock.unfreeze();
        asleep.await;
    }
}
