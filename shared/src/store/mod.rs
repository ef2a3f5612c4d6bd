//! The only user of the DynamoDB SDK. One file per noun.
//!
//! - `client`: the [`Store`] itself. `write`: the only write path, with retries.
//! - `keys`: the keys of all items. `items`: reads and writes by key. `item_update`, `expression`: one change of one item.
//!   `transaction`: writes with named slots.
//! - `row`: conversion between items and types.
//! - `meta`: the conversation's own item and its attributes. `notes`: its note.
//! - `conversations`, `messages`, `deliveries`, `outbox`, `search`, `lists`: what a conversation's partition and the
//!   index hold.
//! - `inbound`, `outbound`, `new_outbound`, `start`: transactions that store messages and conversations.
//! - `enrich`, `media_lookup`, `media`, `complete`: what is added to a stored message later.
//! - `redaction`, `deletion`: removing content. `consent`: the consent history of an address.
//! - `quarantine`, `users`: the other items of the main table.
//! - `connections`, `sessions`, `rates`: sockets, tickets, refresh tokens and counters.

mod client;
mod complete;
mod connections;
mod consent;
mod consent_record;
mod conversations;
mod counts;
mod dedup;
mod deletion;
mod deliveries;
mod endpoint;
mod enrich;
mod existing_meta;
mod expression;
mod inbound;
mod item_update;
mod items;
mod keys;
mod lists;
mod longest_waiting;
mod media;
mod media_lookup;
mod messages;
mod meta;
mod meta_names;
mod new_outbound;
mod notes;
mod outbound;
mod outbox;
mod quarantine;
mod rates;
mod redaction;
mod row;
mod search;
mod sessions;
mod start;
mod transaction;
mod user_ids;
mod users;
mod write;

pub use client::{AwsAccess, Store, StoreOptions};
pub use complete::SendCompletion;
pub use connections::{Connection, MAX_WATCHED, TICKET_TTL, Ticket};
pub use conversations::ConversationChange;
pub use counts::Count;
pub use deliveries::{DeliveryOutcome, DeliveryReport};
pub use inbound::{InboundOutcome, NewInbound};
pub use lists::ConversationPage;
pub use longest_waiting::LongestWaiting;
pub use media::{UPLOAD_TTL, Upload};
pub use messages::{MessagePage, MessageRange, SEARCH_PAGE_READS};
pub use new_outbound::{NewOutbound, OutboundOutcome};
pub use outbox::DueEntry;
pub use quarantine::QuarantineEntry;
pub use row::from_stream_image;
pub use search::SearchPosition;
pub use sessions::{RefreshOutcome, SESSION_TTL};
pub use start::StartOutcome;
pub use users::User;
