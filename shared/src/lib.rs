//! The rules, the types and the external interfaces that all Partyline functions use.
//!
//! Base, without a noun: [`attempts`], [`clock`], [`direction`], [`error`], [`fault`], [`idempotency_key`], [`ids`], [`inbox_name`],
//! [`localized`], [`retry`], [`secret`], [`sid`], [`text`], [`username`], [`visible`].
//!
//! Nouns, without AWS, HTTP or a clock of their own: [`address`], [`config`], [`consent`], [`conversation`], [`cursor`],
//! [`live_event`], [`media`], [`message`], [`outbox`], [`sending`], [`session`], [`twilio_codes`].
//!
//! External interfaces: [`store`] (the table), [`bucket`] (attachments), [`twilio`], [`live`] (WebSockets), [`lambda`]
//! (the function runtime).

pub mod address;
pub mod attempts;
pub mod bucket;
pub mod clock;
pub mod config;
pub mod consent;
pub mod conversation;
pub mod cursor;
pub mod direction;
pub mod error;
pub mod fault;
pub mod fold;
mod http;
pub mod idempotency_key;
pub mod ids;
pub mod inbox_name;
pub mod lambda;
pub mod live;
pub mod live_event;
pub mod localized;
pub mod media;
pub mod message;
pub mod outbox;
pub mod retry;
pub mod secret;
pub mod sending;
pub mod session;
pub mod sid;
pub mod store;
pub mod text;
pub mod twilio;
pub mod twilio_codes;
pub mod username;
pub mod visible;
