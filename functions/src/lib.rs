//! Partyline's Lambda functions, one file each: `noun/verb.rs` handles a request from parsing to response.
//!
//! Each noun's `mod.rs` lists its functions. [`FUNCTIONS`] joins the lists.

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
pub mod rules;
pub mod schedule;
pub mod scope;
pub mod senders;
pub mod sessions;
pub mod sockets;
pub mod streams;
mod table;
pub mod uploads;
pub mod users;
pub mod webhooks;

use shared::lambda::Function;

const NOUNS: &[&[Function]] = &[
    conversations::FUNCTIONS,
    messages::FUNCTIONS,
    media::FUNCTIONS,
    consent::FUNCTIONS,
    uploads::FUNCTIONS,
    senders::FUNCTIONS,
    numbers::FUNCTIONS,
    quarantine::FUNCTIONS,
    events::FUNCTIONS,
    sessions::FUNCTIONS,
    users::FUNCTIONS,
    sockets::FUNCTIONS,
    health::FUNCTIONS,
    streams::FUNCTIONS,
    schedule::FUNCTIONS,
];

const JOINED: [Function; table::count(NOUNS)] = table::join(NOUNS);

/// All functions.
pub const FUNCTIONS: &[Function] = &JOINED;

/// Returns the function named `name`.
///
/// Evaluated when a binary is compiled, so that it links only its own handler.
///
/// # Panics
/// At compile time, if no noun lists `name`.
#[expect(clippy::panic, reason = "evaluated at compile time")]
pub const fn function_named(name: &str) -> Function {
    match table::find(NOUNS, name) {
        Some(function) => function,
        None => panic!("unknown function name"),
    }
}
