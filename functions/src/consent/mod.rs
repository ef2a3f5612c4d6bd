//! Consent: the history of a contact and a sender, and records by users.

pub mod list;
pub mod record;

use shared::lambda::Function;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[
    http("record-consent", "POST", "/api/conversations/{id}/consent", record::build),
    http("list-consent", "GET", "/api/conversations/{id}/consent", list::build),
];
