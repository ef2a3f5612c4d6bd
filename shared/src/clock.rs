//! Clocks, which are passed as arguments: the system clock in production, an adjustable one in tests.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

/// A source of time. All code that depends on time takes one, so that tests need not wait.
pub trait Clock: Send + Sync + 'static {
    /// Returns the current time.
    fn now(&self) -> Timestamp;

    /// Completes when this clock has advanced by `duration`.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Returns `at` plus `duration`, or the greatest timestamp when the sum is out of range.
pub fn add(at: Timestamp, duration: Duration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// The system clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the system clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "the only place that sleeps")]
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The system clock plus an offset that only increases. A sleep ends when the adjusted time has passed.
#[derive(Debug, Clone)]
pub struct OffsetClock {
    state: watch::Sender<OffsetState>,
}

#[derive(Debug, Clone, Copy)]
struct OffsetState {
    offset: Duration,
    /// The system time at which the clock was frozen.
    frozen_at: Option<Timestamp>,
}

impl Default for OffsetClock {
    fn default() -> Self {
        Self::new()
    }
}

impl OffsetClock {
    /// Creates a clock that shows the system time until it is advanced.
    pub fn new() -> Self {
        Self { state: watch::Sender::new(OffsetState { offset: Duration::ZERO, frozen_at: None }) }
    }

    /// Advances this clock and all its clones.
    pub fn advance(&self, by: Duration) {
        self.state.send_modify(|state| state.offset = state.offset.saturating_add(by));
    }

    /// Freezes this clock. Until [`OffsetClock::unfreeze`], it moves only when it is advanced.
    pub fn freeze(&self) {
        self.state.send_modify(|state| {
            state.frozen_at = state.frozen_at.or_else(|| Some(SystemClock.now()));
        });
    }

    /// Lets a frozen clock run again, from the system time plus its offset.
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
                // Must come before reading the time: a later change of the clock then ends this wait.
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
