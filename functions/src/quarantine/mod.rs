//! Quarantine: Twilio's requests that could not be processed, listed and released by an admin.

pub mod list;
pub mod release;
pub mod release_all;
mod reprocess;

use shared::lambda::Function;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[
    http("list-quarantine", "GET", "/api/quarantine", list::build),
    http("release-quarantine", "POST", "/api/quarantine/{id}/release", release::build),
    http("release-quarantines", "POST", "/api/quarantine/release", release_all::build),
];
