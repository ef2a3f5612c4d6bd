//! The whole of Partyline in one process, driven by `template.yaml`.

pub mod template;
pub mod twilio;
