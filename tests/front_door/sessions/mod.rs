//! `/api/session`: signing in, staying signed in, signing out.

mod refresh;
mod sign_in;
mod sign_out;

use std::time::Duration;

use shared::clock::Clock as _;

use crate::support::TestSystem;

/// Goes to the beginning of a window of the rate limit, so that a test's tries fall into one.
fn advance_to_next_rate_window(system: &TestSystem) {
    let window = 300;
    let second = system.inner().clock().now().as_second();
    system.advance(Duration::from_secs(u64::try_from(window - second % window).unwrap()));
}
