//! The whole of Partyline in one process, driven by `template.yaml`.

pub mod dynamodb;
pub mod streams;
pub mod template;
