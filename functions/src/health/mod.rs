//! Whether the program runs.

pub mod get;
