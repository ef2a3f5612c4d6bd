//! Our own numbers.

pub mod list;
