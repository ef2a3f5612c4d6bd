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
pub mod can_send;
pub mod clock;
pub mod codes;
pub mod config;
pub mod consent;
pub mod conversation;
pub mod conversation_id;
pub mod conversation_view;
pub mod cursor;
pub mod error;
pub mod event;
pub mod fault;
pub mod files;
mod http;
pub mod ids;
pub mod intent;
pub mod invalid_phone;
pub mod lambda;
pub mod live;
pub mod media;
pub mod media_limits;
pub mod media_type;
pub mod message;
pub mod message_label;
pub mod message_view;
pub mod particulars;
pub mod phone;
pub mod retry;
pub mod search;
pub mod secret;
pub mod segments;
pub mod sentences;
pub mod session;
pub mod sid;
pub mod status;
pub mod store;
pub mod thread_search;
pub mod twilio;
pub mod verdict;
