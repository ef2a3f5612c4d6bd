//! The media of messages: fetch from Twilio, download, retry and list.

pub mod fetch;
pub mod get;
pub mod list;
mod requested;
pub mod retry;
mod tail;

use shared::lambda::Function;

use crate::table::{http, invocation};

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[
    http(
        "get-media",
        "GET",
        "/api/conversations/{id}/messages/{message}/media/{index}",
        get::build,
    ),
    http(
        "retry-media",
        "POST",
        "/api/conversations/{id}/messages/{message}/media/{index}/retry",
        retry::build,
    ),
    http("list-media", "GET", "/api/conversations/{id}/media", list::build),
    invocation("fetch-media", fetch::build),
];
