//! The system under faults: lost responses, rejected calls, timeouts, lost stream records and killed processes.
//!
//! - `fixture`: a system with faults. `fault_injector`: fails one call of a function at a fault point.
//! - `unknown`, `sweep`: sends with an unknown outcome, and what the schedule requeues. `order`: queues.
//!   `deferral`: deferred sends.
//! - `send_results`: rejected sends, callbacks in any order, resends. `concurrency`: many writers, throttled tables.
//! - `streams`: invalid records. `resync`: lost frames. `deleted`: closed and deleted conversations.
//! - `configuration`: parameters that change while the functions run.
//! - `idle`: the system without traffic. `start`, `flags`, `kills`, `lan`: the real `program`, started in an empty
//!   folder, stopped, killed under load, and opened to a phone.

mod concurrency;
mod configuration;
mod deferral;
mod deleted;
mod fault_injector;
mod fixture;
mod flags;
mod idle;
mod kills;
mod lan;
mod order;
mod program;
mod resync;
mod send_results;
mod start;
mod streams;
mod sweep;
mod unknown;
