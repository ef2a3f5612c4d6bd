//! Partyline's functions, one file a request: `noun/verb.rs`, the route's request from parse to answer.
//!
//! [`FUNCTIONS`] is the one table. [`app`] is what every function is built from.

pub mod app;
pub mod consent;
pub mod conversations;
pub mod events;
pub mod health;
pub mod job;
pub mod media;
pub mod messages;
pub mod numbers;
pub mod openapi;
mod outbox;
pub mod paging;
pub mod quarantine;
pub mod schedule;
pub mod senders;
pub mod sessions;
pub mod sockets;
pub mod streams;
pub mod uploads;
pub mod users;
pub mod webhooks;

use shared::lambda::{Function, Setup, Trigger};

/// Every function there is: the one table that names, routes and handlers are proven from.
pub const FUNCTIONS: &[Function] = &[
    http("receive-message", "POST", messages::receive::PATH, messages::receive::build),
    http(
        "record-delivery",
        "POST",
        "/twilio/deliveries/{conversation}/{message}",
        messages::record_delivery::build,
    ),
    http("receive-events", "POST", events::receive::PATH, events::receive::build),
    http("sign-in", "POST", "/api/session", sessions::sign_in::build),
    http("refresh-session", "POST", "/api/session/refresh", sessions::refresh::build),
    http("sign-out", "DELETE", "/api/session", sessions::sign_out::build),
    http("create-user", "POST", "/api/users", users::create::build),
    http("list-conversations", "GET", "/api/conversations", conversations::list::build),
    http("get-conversation", "GET", "/api/conversations/{id}", conversations::get::build),
    http("start-conversation", "POST", "/api/conversations", conversations::start::build),
    http("update-conversation", "PATCH", "/api/conversations/{id}", conversations::update::build),
    http("delete-conversation", "DELETE", "/api/conversations/{id}", conversations::delete::build),
    http("mark-read", "POST", "/api/conversations/{id}/read", conversations::mark_read::build),
    http("list-messages", "GET", "/api/conversations/{id}/messages", messages::list::build),
    http("get-message", "GET", "/api/conversations/{id}/messages/{message}", messages::get::build),
    http("send-message", "POST", "/api/conversations/{id}/messages", messages::send::build),
    http(
        "retry-message",
        "POST",
        "/api/conversations/{id}/messages/{message}/retry",
        messages::retry::build,
    ),
    http("check-message", "POST", "/api/conversations/{id}/messages/check", messages::check::build),
    http("record-consent", "POST", "/api/conversations/{id}/consent", consent::record::build),
    http("list-consent", "GET", "/api/conversations/{id}/consent", consent::list::build),
    http(
        "redact-message",
        "POST",
        "/api/conversations/{id}/messages/{message}/redact",
        messages::redact::build,
    ),
    http(
        "get-media",
        "GET",
        "/api/conversations/{id}/messages/{message}/media/{index}",
        media::get::build,
    ),
    http(
        "retry-media",
        "POST",
        "/api/conversations/{id}/messages/{message}/media/{index}/retry",
        media::retry::build,
    ),
    http("list-media", "GET", "/api/conversations/{id}/media", media::list::build),
    http("create-upload", "POST", "/api/uploads", uploads::create::build),
    http("list-senders", "GET", "/api/senders", senders::list::build),
    http("check-number", "POST", "/api/numbers/check", numbers::check::build),
    http("list-quarantine", "GET", "/api/quarantine", quarantine::list::build),
    http("release-quarantine", "POST", "/api/quarantine/{id}/release", quarantine::release::build),
    http("release-quarantines", "POST", "/api/quarantine/release", quarantine::release_all::build),
    http("get-health", "GET", "/api/health", health::get::build),
    http("issue-ticket", "POST", "/api/sockets/ticket", sockets::issue_ticket::build),
    socket("connect", "$connect", sockets::connect::build),
    socket("disconnect", "$disconnect", sockets::disconnect::build),
    socket("receive-frame", "$default", sockets::receive_frame::build),
    Function { name: "push", trigger: Trigger::Stream, build: streams::push::build },
    Function { name: "dispatch", trigger: Trigger::Stream, build: streams::dispatch::build },
    Function { name: "fetch-media", trigger: Trigger::Invocation, build: media::fetch::build },
    Function {
        name: "erase-conversation",
        trigger: Trigger::Invocation,
        build: conversations::erase::build,
    },
    Function { name: "sweep", trigger: Trigger::Schedule, build: schedule::sweep::build },
];

/// The function called `name`. Evaluated when a bin is compiled, so that a bin holds its own handler and no other.
///
/// # Panics
/// At compile time, if the name is not in the table.
#[expect(clippy::panic, reason = "it stops the compiler, not the function")]
pub const fn function_named(name: &str) -> Function {
    match find_function(FUNCTIONS, name) {
        Some(function) => function,
        None => panic!("unknown function name"),
    }
}

const fn find_function(functions: &[Function], name: &str) -> Option<Function> {
    match functions {
        [] => None,
        [first, ..] if bytes_eq(first.name.as_bytes(), name.as_bytes()) => Some(*first),
        [_, rest @ ..] => find_function(rest, name),
    }
}

const fn bytes_eq(left: &[u8], right: &[u8]) -> bool {
    match (left, right) {
        ([], []) => true,
        ([a, left_rest @ ..], [b, right_rest @ ..]) => *a == *b && bytes_eq(left_rest, right_rest),
        _ => false,
    }
}

const fn http(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    build: fn(Setup) -> app::Build,
) -> Function {
    Function { name, trigger: Trigger::Http { method, path }, build }
}

const fn socket(
    name: &'static str,
    route_key: &'static str,
    build: fn(Setup) -> app::Build,
) -> Function {
    Function { name, trigger: Trigger::Socket { route_key }, build }
}
