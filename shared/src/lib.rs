//! What every Partyline function stands on.
//!
//! Injected: [`clock`], [`ids`], [`fault`]. Pauses between attempts: [`retry`].
//!
//! Types and rules, without AWS, HTTP or a clock of their own: [`phone`], [`invalid_phone`], [`address`], [`sid`], [`secret`],
//! [`error`], [`sentences`], [`config`], [`cursor`], [`conversation`], [`conversation_id`], [`conversation_view`], [`consent`],
//! [`can_send`], [`verdict`], [`message`], [`message_label`], [`message_view`], [`media`], [`media_type`],
//! [`media_limits`], [`particulars`],
//! [`segments`], [`status`], [`codes`], [`intent`], [`search`], [`thread_search`], [`session`], [`event`].
//!
//! Edges: [`store`] (the table), [`files`] (the bucket), [`twilio`], [`live`] (sockets), [`lambda`] (the function kernel).

pub mod address;
pub mod bucket;
pub mod clock;
pub mod config;
pub mod consent;
pub mod conversation;
pub mod cursor;
pub mod error;
pub mod fault;
mod http;
pub mod ids;
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
pub mod twilio;
pub mod twilio_codes;
