//! What holds when things go wrong: answers lost, calls refused, runs cut off, records missed, processes killed.
//!
//! - `stage`: a system to play on; `nemesis`: breaks one call of a function, by its fault point.
//! - `unknown`, `sweep`: sends of which nobody knows, and what the clock wakes. `order`: lanes. `waiting`: sends that wait.
//! - `outcome`: refusals, callbacks in any order, sending again. `crowd`: many at once, and a table that throttles.
//! - `streams`: records that cannot be read. `healing`: frames that are lost. `cleared`: closed and deleted.
//! - `idle`: what happens when nobody writes. `start`, `flags`, `kills`: the
//!   real `program`, started in an empty folder, told to stop, and killed under load.

mod concurrency;
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
