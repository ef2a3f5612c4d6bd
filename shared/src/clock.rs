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
    shift: watch::Sender<Shift>,
}

#[derive(Debug, Clone, Copy)]
struct Shift {
    offset: Duration,
    /// The machine's time when the clock was held.
    held: Option<Timestamp>,
}

impl Default for ShiftClock {
    fn default() -> Self {
        Self::new()
    }
}

impl ShiftClock {
    /// A clock that tells the machine's time until it is advanced.
    pub fn new() -> Self {
        Self { shift: watch::Sender::new(Shift { offset: Duration::ZERO, held: None }) }
    }

    /// Moves this clock forward, for everybody who holds a clone of it.
    pub fn advance(&self, by: Duration) {
        self.shift.send_modify(|shift| shift.offset = shift.offset.saturating_add(by));
    }

    /// Holds this clock: it moves only when it is advanced, until it is let go.
    pub fn hold(&self) {
        self.shift.send_modify(|shift| shift.held = shift.held.or_else(|| Some(SystemClock.now())));
    }

    /// Lets a held clock go: it catches up with the machine's.
    pub fn let_go(&self) {
        self.shift.send_modify(|shift| shift.held = None);
    }
}

impl Clock for ShiftClock {
    fn now(&self) -> Timestamp {
        let Shift { offset, held } = *self.shift.borrow();
        let now = held.unwrap_or_else(|| SystemClock.now());
        now.checked_add(offset).unwrap_or(now)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut shift = self.shift.subscribe();
        let mut seen = *shift.borrow();
        Box::pin(async move {
            let mut waited = std::time::Instant::now();
            let mut left = duration;
            while !left.is_zero() {
                let machine = async {
                    match seen.held {
                        Some(_) => std::future::pending().await,
                        None => SystemClock.sleep(left).await,
                    }
                };
                tokio::select! {
                    () = machine => return,
                    changed = shift.changed() => {
                        if changed.is_err() {
                            SystemClock.sleep(left).await;
                            return;
                        }
                    }
                }
                let present = *shift.borrow();
                let passed = match (seen.held, present.held) {
                    (Some(_), Some(_)) => Duration::ZERO,
                    _ => waited.elapsed(),
                };
                let advanced = present.offset.saturating_sub(seen.offset);
                waited = std::time::Instant::now();
                seen = present;
                left = left.saturating_sub(passed + advanced);
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

    #[tokio::test]
    async fn a_clock_that_is_held_moves_only_when_it_is_advanced() {
        let clock = ShiftClock::new();
        clock.hold();
        let held = clock.now();
        let asleep = clock.sleep(Duration::from_millis(1));
        SystemClock.sleep(Duration::from_millis(2)).await;
        assert_eq!(clock.now(), held);
        clock.advance(Duration::from_millis(1));
        asleep.await;
        assert_eq!(clock.now(), held + Duration::from_millis(1));
        let asleep = clock.sleep(Duration::from_millis(1));
        clock.let_go();
        asleep.await;
    }
}
