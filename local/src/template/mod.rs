//! The template, read: the one list of what exists.

pub mod model;

pub use model::{FunctionSpec, Grant, IndexSpec, StreamSpec, TableSpec, TriggerSpec};
