//! Conversations: list, get, start, update, mark read, delete and erase.

pub mod delete;
pub mod erase;
pub mod get;
pub mod list;
pub mod mark_read;
pub mod name;
pub mod revision;
pub mod start;
pub mod update;

use shared::lambda::Function;

use crate::table::{http, invocation};

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[
    http("list-conversations", "GET", "/api/conversations", list::build),
    http("get-conversation", "GET", "/api/conversations/{id}", get::build),
    http("start-conversation", "POST", "/api/conversations", start::build),
    http("update-conversation", "PATCH", "/api/conversations/{id}", update::build),
    http("delete-conversation", "DELETE", "/api/conversations/{id}", delete::build),
    http("mark-read", "POST", "/api/conversations/{id}/read", mark_read::build),
    invocation("erase-conversation", erase::build),
];
