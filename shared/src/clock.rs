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
pub struct ShiftClock {
    offset: watch::Sender<Duration>,
}

impl Default for ShiftClock {
    fn default() -> Self {
        Self::new()
    }
}

impl ShiftClock {
    /// A clock that tells the machine's time until it is advanced.
    pub fn new() -> Self {
        Self { offset: watch::Sender::new(Duration::ZERO) }
    }

    /// Moves this clock forward, for everybody who holds a clone of it.
    pub fn advance(&self, by: Duration) {
        self.offset.send_modify(|offset| *offset = offset.saturating_add(by));
    }
}

impl Clock for ShiftClock {
    fn now(&self) -> Timestamp {
        let now = SystemClock.now();
        now.checked_add(*self.offset.borrow()).unwrap_or(now)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut offset = self.offset.subscribe();
        let started_at = *offset.borrow();
        Box::pin(async move {
            let mut waited = std::time::Instant::now();
            let mut left = duration;
            let mut seen = started_at;
            loop {
                tokio::select! {
                    () = SystemClock.sleep(left) => return,
                    changed = offset.changed() => {
                        if changed.is_err() {
                            SystemClock.sleep(left).await;
                            return;
                        }
                    }
                }
                let present = *offset.borrow();
                let passed = waited.elapsed() + present.saturating_sub(seen);
                waited = std::time::Instant::now();
                seen = present;
                left = left.saturating_sub(passed);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_advanced_past_its_time() {
        let clock = ShiftClock::new();
        let asleep = clock.sleep(Duration::from_hours(1));
        clock.advance(Duration::from_secs(3601));
        asleep.await;
    }
}
