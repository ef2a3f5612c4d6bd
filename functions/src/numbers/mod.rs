//! Phone numbers, as a person types them.

pub mod check;
