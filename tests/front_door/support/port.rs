//! Ports for programs that are started on a port of the test's choice, and again.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which the machine gives ports to whoever asks for any: one of those could be given away between
/// the choice and the start.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A port that nobody listens on; no other test of this process is given it.
pub fn free_port() -> u16 {
    static NEXT_OFFSET: AtomicU16 = AtomicU16::new(0);
    let count = PORTS.end - PORTS.start;
    let first = std::process::id().wrapping_mul(97) % u32::from(count);
    let first = u16::try_from(first).unwrap();
    loop {
        let offset = NEXT_OFFSET.fetch_add(1, Ordering::Relaxed);
        let port = PORTS.start + (first + offset % count) % count;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
