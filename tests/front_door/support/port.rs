//! Free ports, for programs that a test starts more than once on the same port.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// A range below the ephemeral ports, which the system could assign to another process in the meantime.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Returns a free port. Each call in this process returns another one.
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
