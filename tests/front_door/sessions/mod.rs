//! `/api/session`: signing in, refreshing and signing out.

mod refresh;
mod sign_in;
mod sign_out;

use std::time::Duration;

use shared::clock::Clock as _;

use crate::support::TestSystem;

/// Advances the clock to the start of a rate-limit window.
///
/// All attempts of a test are then in one window.
fn advance_to_next_rate_window(system: &TestSystem) {
    let window = 300;
    let second = system.inner().clock().now().as_second();
    system.advance(Duration::from_secs(u64::try_from(window - second % window).unwrap()));
}
