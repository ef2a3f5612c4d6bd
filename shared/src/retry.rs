//! Delays between the attempts of a call.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

use crate::ids::Ids;

/// Returns delays with full jitter.
///
/// Each is random between zero and a maximum that doubles from `first` to `longest`.
///
/// The iterator is infinite; the caller decides when to stop.
pub fn pauses(
    first: Duration,
    longest: Duration,
    ids: &dyn Ids,
) -> impl Iterator<Item = Duration> + Send + '_ {
    let delays = ExponentialBuilder::default()
        .with_min_delay(first)
        .with_max_delay(longest)
        .without_max_times()
        .build();
    delays.map(|delay| full_jitter(delay, ids))
}

/// Returns a random duration below `delay`.
fn full_jitter(delay: Duration, ids: &dyn Ids) -> Duration {
    let nanos = ids.random() % delay.as_nanos().max(1);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::RandomIds;

    struct Always(u128);

    impl Ids for Always {
        fn random(&self) -> u128 {
            self.0
        }
    }

    const FIRST: Duration = Duration::from_millis(4);
    const LONGEST: Duration = Duration::from_millis(10);

    #[test]
    fn chance_decides_between_no_pause_and_the_whole_delay() {
        let none: Vec<Duration> = pauses(FIRST, LONGEST, &Always(0)).take(3).collect();
        assert_eq!(none, [Duration::ZERO; 3]);
        // One nanosecond less than 4 ms, 8 ms and 10 ms.
        let least_common_multiple = Always(40_000_000 - 1);
        let whole = pauses(FIRST, LONGEST, &least_common_multiple).take(4);
        let whole: Vec<u128> = whole.map(|pause| pause.as_nanos()).collect();
        assert_eq!(whole, [3_999_999, 7_999_999, 9_999_999, 9_999_999]);
    }

    #[test]
    fn pauses_spread_over_the_whole_range() {
        let long: Vec<Duration> = pauses(FIRST, LONGEST, &RandomIds).skip(2).take(1_000).collect();
        assert!(long.iter().all(|pause| *pause < LONGEST));
        let in_tenth = |tenth: u32| {
            long.iter().filter(|pause| pause.as_nanos() / 1_000_000 == u128::from(tenth)).count()
        };
        // 100 are expected in each tenth; fewer than 30 happen by chance less than once in 10^13 runs.
        assert!((0..10).all(|tenth| in_tenth(tenth) >= 30));
    }

    #[test]
    fn a_delay_of_zero_is_no_pause() {
        assert_eq!(full_jitter(Duration::ZERO, &RandomIds), Duration::ZERO);
    }
}
