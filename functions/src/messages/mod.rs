//! Messages: receive, send, check, list, get, retry and redact, and record delivery reports.

pub mod attachments;
pub mod check;
pub mod forms;
pub mod get;
pub mod intake;
pub mod list;
pub mod receive;
pub mod record_delivery;
pub mod redact;
pub mod retry;
pub mod send;
pub mod send_check;

use shared::lambda::Function;

use crate::table::http;

/// The functions of this noun.
pub const FUNCTIONS: &[Function] = &[
    http("receive-message", "POST", receive::PATH, receive::build),
    http(
        "record-delivery",
        "POST",
        "/twilio/deliveries/{conversation}/{message}",
        record_delivery::build,
    ),
    http("list-messages", "GET", "/api/conversations/{id}/messages", list::build),
    http("get-message", "GET", "/api/conversations/{id}/messages/{message}", get::build),
    http("send-message", "POST", "/api/conversations/{id}/messages", send::build),
    http("retry-message", "POST", "/api/conversations/{id}/messages/{message}/retry", retry::build),
    http("check-message", "POST", "/api/conversations/{id}/messages/check", check::build),
    http(
        "redact-message",
        "POST",
        "/api/conversations/{id}/messages/{message}/redact",
        redact::build,
    ),
];
