//! `/api/session`: signing in, staying signed in, signing out.

mod refresh;
mod sign_in;
mod sign_out;

use std::time::Duration;

use shared::clock::Clock as _;

use crate::desk::Desk;

/// Goes to the beginning of a window of the rate limit, so that a test's tries fall into one.
fn to_a_fresh_window(desk: &Desk) {
    let window = 300;
    let second = desk.system().clock().now().as_second();
    desk.pass(Duration::from_secs(u64::try_from(window - second % window).unwrap()));
}
