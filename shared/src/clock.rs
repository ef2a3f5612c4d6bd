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
        let (clock, mut shift) = (self.clone(), self.shift.subscribe());
        let until = clock.now().checked_add(duration).unwrap_or(Timestamp::MAX);
        Box::pin(async move {
            loop {
                // Before the time is asked for: what moves the clock after it wakes the sleeper.
                let held = shift.borrow_and_update().held.is_some();
                let left = Duration::try_from(clock.now().duration_until(until));
                let left = left.unwrap_or(Duration::ZERO);
                if left.is_zero() {
                    return;
                }
                let machine = async {
                    if held {
                        std::future::pending::<()>().await;
                    } else {
                        SystemClock.sleep(left).await;
                    }
                };
                tokio::select! {
                    () = machine => return,
                    _ = shift.changed() => {}
                }
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
