//! Quarantine: Twilio's requests that could not be processed, listed and released by an admin.

pub mod list;
pub mod release;
pub mod release_all;
mod reprocess;
